package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.MemoryFiles;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.groups.ControlGroups;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A separate process that starts a shell, a paused and a running VM, prints their identities, and
 * waits to be killed.
 */
final class EarlierDaemon {
  private static final String READY = "ready";

  /** Prefix of a line about a VM. Lines that libraries print on a slow machine do not have it. */
  private static final String VM = "vm ";

  private final Process process;
  private final VmFolders folders;
  private final VmSpec spec;
  private final List<Survivor> survivors = new ArrayList<>();

  /** Returns when all VMs have been started under {@code folder}. */
  EarlierDaemon(Path folder) throws IOException {
    folders = new VmFolders(folder.resolve("vm"));
    spec = spec(folder);
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dvmfactory.top=" + System.getProperty("vmfactory.top"),
                "-cp",
                System.getProperty("java.class.path"),
                EarlierDaemon.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = lines.readLine(); !READY.equals(line); line = lines.readLine()) {
      if (line == null) {
        throw new IOException("the earlier daemon has ended before it was ready");
      }
      if (line.startsWith(VM)) {
        survivors.add(survivor(line.substring(VM.length()).split(" ")));
      }
    }
  }

  private Survivor survivor(String[] printed) {
    VmId id = new VmId(printed[0]);
    VmIdentity who =
        new VmIdentity(
            id, Integer.parseInt(printed[1]), Long.parseLong(printed[2]), QemuHypervisorIT.PROGRAM);
    return new Survivor(who, spec, new VmFolder(folders.root().resolve(id.value())));
  }

  /** Returns its VMs: INCOMING, PAUSED, RUNNING. */
  List<Survivor> survivors() {
    return List.copyOf(survivors);
  }

  /** Returns the state that the shell waits for. */
  static byte[] state(Path folder) throws IOException {
    return Files.readAllBytes(folder.resolve("state"));
  }

  /** Sends SIGKILL: the kernel closes the process's sockets, and its own code runs no more. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  private static VmSpec spec(Path folder) {
    return new VmSpec(
        new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
        new Sizing(1, 128),
        new Sizing(1, 128),
        0,
        new VmSpec.Kernel(folder.resolve("kernel"), folder.resolve("kernel"), List.of()),
        AgentTransport.VIRTIO_SERIAL);
  }

  /**
   * Runs the earlier daemon.
   *
   * @param arguments the folder
   */
  public static void main(String... arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Deadline deadline = Deadline.after(Duration.ofSeconds(60));
    TinyKernel.write(folder.resolve("kernel"));
    var info = new HypervisorInfo(QemuHypervisorIT.PROGRAM, "", Accelerator.TCG, "test", "");
    Hypervisor qemu = new QemuHypervisor(info, TestJail.confinement(ControlGroups.name(folder)));
    MemoryFile memory = MemoryFiles.create("earlier", 128L << 20);
    Vm template = qemu.boot(launch(folder, new GuestRam.Shared(memory)), deadline);
    template.stop(deadline);
    Files.write(folder.resolve("state"), template.save(deadline));
    template.kill();
    print(qemu.prepare(launch(folder, new GuestRam.CopyOnWrite(memory)), deadline));
    Vm paused = qemu.boot(launch(folder, new GuestRam.Anonymous()), deadline);
    paused.stop(deadline);
    print(paused);
    print(qemu.boot(launch(folder, new GuestRam.Anonymous()), deadline));
    System.out.println(READY);
    System.in.read(new byte[1]); // for ever
  }

  private static Launch launch(Path folder, GuestRam ram) {
    VmId id = VmId.random();
    return new Launch(id, spec(folder), new VmFolders(folder.resolve("vm")).create(id), ram);
  }

  private static void print(Vm vm) {
    VmIdentity who = vm.identity();
    System.out.println(VM + who.id() + " " + who.pid() + " " + who.startTicks());
    System.out.flush();
  }
}
