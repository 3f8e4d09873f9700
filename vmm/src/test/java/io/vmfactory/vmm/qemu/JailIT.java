package io.vmfactory.vmm.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.HostProcess;
import io.vmfactory.linux.OsException;
import io.vmfactory.linux.Processes;
import io.vmfactory.linux.Program;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a QEMU can do that its guest has taken over: by its monitor, and by other code in its place.
 */
@Tag("qemu")
class JailIT {
  private static final Path BUSYBOX = Path.of("/usr/bin/busybox");
  private static final long FILE_BYTES = 1 << 20;
  private static final Path DAEMON = Path.of("/proc/self");
  private static final List<String> NAMESPACES = List.of("mnt", "pid", "ipc", "uts", "net");

  @RegisterExtension final QemuLeaks leaks = new QemuLeaks();
  @TempDir Path files;

  private final Deadline deadline = Deadline.after(Duration.ofSeconds(60));
  private final Jail jail = TestJail.make(false); // so that busybox can execute programs
  private final List<Vm> vms = new ArrayList<>();
  private QemuHypervisor qemu;

  @BeforeEach
  void open() throws IOException {
    Files.write(files.resolve("initrd"), new byte[1]);
    Files.writeString(files.resolve("secret"), "secret");
    TinyKernel.write(files.resolve("kernel"));
    qemu =
        new QemuHypervisor(
            new HypervisorInfo(QemuHypervisorIT.PROGRAM, "7.2", Accelerator.TCG, "test", ""),
            TestJail.make());
  }

  @AfterEach
  void close() {
    for (Vm vm : vms) {
      ProcessHandle.of(vm.identity().pid()).ifPresent(ProcessHandle::destroyForcibly);
      deadline.await(vm.signals().exited(), "the end of a VM");
    }
    qemu.close();
  }

  @Test
  void otherCodeInItsPlaceReachesNothing() throws IOException {
    try (ServerSocket host = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Map<String, String> attempts = new TreeMap<>();
      attempts.put("read the users of the host", "cat /etc/shadow");
      attempts.put("read files of another VM", "cat " + files.resolve("secret"));
      attempts.put("make a file", "touch /file");
      attempts.put("make a file beside a device", "touch /dev/file");
      attempts.put("make a file among the libraries", "touch /usr/lib/file");
      attempts.put("remount the root", "mount -o remount,rw /");
      attempts.put("mount", "mount -t tmpfs none /dev");
      attempts.put("make a device", "mknod /dev/sda b 8 0");
      attempts.put("see the daemon", "test -e /proc/" + pid() + "/status -a " + pid() + " -gt 9");
      attempts.put("signal the daemon", "kill -0 " + pid());
      attempts.put("signal all", "kill -0 -1");
      attempts.put("rename the host", "hostname other");
      attempts.put("reach ports of the host", "nc -w 1 127.0.0.1 " + host.getLocalPort());
      attempts.put("change the user", "setuidgid root true");
      attempts.put("change the root", "chroot /usr /lib");
      attempts.put("raise a limit", "ulimit -n 1000000");
      attempts.put("write kernel settings", "sh -c 'echo 1 >/proc/sys/vm/drop_caches'");
      attempts.put("load a module", "insmod /usr/lib/modules/x.ko");
      attempts.put("use a network", "ip link set lo up");
      assertThat(run(script(attempts))).containsExactlyElementsOf(refusals(attempts));
    }
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  private static String script(Map<String, String> attempts) {
    return attempts.entrySet().stream()
        .map(
            attempt ->
                "%s >/dev/null 2>&1 && echo '%s: done' || echo '%s: refused'"
                    .formatted(attempt.getValue(), attempt.getKey(), attempt.getKey()))
        .collect(Collectors.joining("\n"));
  }

  private static List<String> refusals(Map<String, String> attempts) {
    return attempts.keySet().stream().map(name -> name + ": refused").toList();
  }

  private List<String> run(String script) throws IOException {
    return run(script, List.of());
  }

  private List<String> run(String script, List<Path> reads) throws IOException {
    Path output = files.resolve("output");
    Path root = Files.createDirectory(files.resolve("root"));
    Program program =
        new Program(
            BUSYBOX, List.of("sh", "-c", "PATH=; " + applets() + script), output, List.of());
    JailUsers.User user = jail.users().take();
    try (Processes processes = new Processes()) {
      HostProcess process =
          processes.startThrough(jail.around(program, root, user, reads, FILE_BYTES));
      deadline.await(process.exited(), "the end of the script");
    }
    return Files.readAllLines(output);
  }

  /** A jail has no shell and no other program, so every command is one of busybox's own. */
  private static String applets() {
    return Stream.of(
            "cat",
            "touch",
            "mount",
            "mknod",
            "hostname",
            "nc",
            "setuidgid",
            "chroot",
            "insmod",
            "ip",
            "sh")
        .map(name -> "%s() { %s %s \"$@\"; }; ".formatted(name, BUSYBOX, name))
        .collect(Collectors.joining());
  }

  @Test
  void itsMonitorOpensNothingOfTheHost() throws IOException {
    Vm other = boot();
    Vm vm = boot();
    vm.stop(deadline);
    vm.detach();
    String secret = files.resolve("secret").toString();
    String agent = folder(other).agentSocket().toString();
    List<String> commands = new ArrayList<>();
    for (String path : List.of("/etc/shadow", secret, "/proc/" + pid() + "/mem")) {
      commands.add(
          "'blockdev-add','arguments':{'driver':'file','node-name':'n%d','read-only':true,'filename':'%s'}"
              .formatted(commands.size(), path));
    }
    commands.add(
        "'chardev-add','arguments':{'id':'a','backend':{'type':'socket','data':{'server':false,"
            + "'addr':{'type':'unix','data':{'path':'"
            + agent
            + "'}}}}}");
    commands.add(
        "'chardev-add','arguments':{'id':'b','backend':{'type':'file','data':{'out':'"
            + files.resolve("made")
            + "'}}}");
    commands.add(
        "'dump-guest-memory','arguments':{'paging':false,'protocol':'file:"
            + files.resolve("dump")
            + "'}");
    commands.add("'screendump','arguments':{'filename':'" + files.resolve("screen") + "'}");
    assertThat(HandMonitor.replies(folder(vm).qmpSocket(), commands))
        .allMatch(line -> line.contains("error"));
    assertThat(files.resolve("made")).doesNotExist();
  }

  @Test
  void everyVmHasItsOwnUserNamespacesAndRoot() throws IOException {
    Vm first = boot();
    Vm second = noted(qemu.prepare(launch(), deadline));
    for (Vm vm : List.of(first, second)) {
      Path process = Path.of("/proc/" + vm.identity().pid());
      assertThat(Files.readString(process.resolve("status")))
          .containsPattern("CapBnd:\\s0+\n")
          .containsPattern("CapEff:\\s0+\n")
          .containsPattern("NoNewPrivs:\\s1\n")
          .containsPattern("Seccomp_filters:\\s2\n"); // the jailer's and QEMU's own
      for (String name : NAMESPACES) {
        assertThat(namespace(process, name)).isNotEqualTo(namespace(DAEMON, name));
      }
      try (Stream<Path> root = Files.list(process.resolve("root"))) {
        assertThat(root.map(path -> path.getFileName().toString()))
            .isSubsetOf("dev", "etc", "lib", "lib64", "proc", "usr", files.getName(0).toString());
      }
    }
    assertThat(namespace(Path.of("/proc/" + first.identity().pid()), "mnt"))
        .isNotEqualTo(namespace(Path.of("/proc/" + second.identity().pid()), "mnt"));
  }

  private static String namespace(Path process, String name) throws IOException {
    return Files.readSymbolicLink(process.resolve("ns").resolve(name)).toString();
  }

  @Test
  void aFileInAFolderThatEveryJailHasIsThereToo() throws IOException {
    Path file = Path.of("/usr/lib/os-release");
    assertThat(run("cat " + file, List.of(file))).isEqualTo(Files.readAllLines(file));
  }

  /** systemd starts the daemon with the umask 077; the program's user has to pass the folders. */
  @Test
  void theUmaskOfTheDaemonClosesNoFolder() throws IOException {
    Program program =
        new Program(BUSYBOX, List.of("sh", "-c", "umask"), files.resolve("output"), List.of());
    Path root = Files.createDirectory(files.resolve("root"));
    Program launcher = jail.around(program, root, jail.users().take(), List.of(), FILE_BYTES);
    List<String> words =
        new ArrayList<>(
            List.of("-c", "umask 077; exec \"$0\" \"$@\"", launcher.executable().toString()));
    words.addAll(launcher.arguments());
    try (Processes processes = new Processes()) {
      HostProcess process =
          processes.startThrough(
              new Program(Path.of("/bin/bash"), words, launcher.output(), launcher.inherited()));
      deadline.await(process.exited(), "the end of the program");
    }
    assertThat(Files.readAllLines(files.resolve("output"))).containsExactly("0077");
  }

  /** A launcher that opens a named pipe waits until the other end is opened, here for ever. */
  @Test
  void aLauncherThatIsNotDoneEndsWithItsDaemon() throws Exception {
    Process made = new ProcessBuilder("mkfifo", files.resolve("cgroup.procs").toString()).start();
    assertThat(made.waitFor()).isZero();
    String launch =
        "coproc L { exec %s --report 1 --uid 9 --gid 9 --root %2$s --cgroup %2$s -- /bin/true; }; echo $L_PID; wait"
            .formatted(TestJail.LAUNCHER, files);
    Process daemon = new ProcessBuilder("/bin/bash", "-c", launch).start();
    try (BufferedReader output = daemon.inputReader()) {
      ProcessHandle launcher = ProcessHandle.of(Long.parseLong(output.readLine())).orElseThrow();
      assertThat(launcher.isAlive()).isTrue();
      daemon.destroyForcibly();
      deadline.await(launcher.onExit(), "the end of the launcher");
    }
  }

  @Test
  void aProgramThatCannotBeStartedSaysWhy() throws IOException {
    Path root = Files.createDirectory(files.resolve("root"));
    Program program =
        new Program(files.resolve("kernel"), List.of(), files.resolve("out"), List.of());
    JailUsers.User user = jail.users().take();
    try (Processes processes = new Processes()) {
      assertThatThrownBy(
              () -> processes.startThrough(jail.around(program, root, user, List.of(), FILE_BYTES)))
          .isInstanceOf(OsException.class)
          .hasMessageContaining("cannot execute " + files.resolve("kernel"));
    }
  }

  private Vm boot() {
    return noted(qemu.boot(launch(), deadline));
  }

  private Vm noted(Vm vm) {
    vms.add(vm);
    return vm;
  }

  private Launch launch() {
    VmId id = VmId.random();
    return new Launch(id, spec(), folders().create(id), new GuestRam.Anonymous());
  }

  private VmFolders folders() {
    return new VmFolders(files.resolve("vm"));
  }

  private VmFolder folder(Vm vm) {
    return new VmFolder(files.resolve("vm").resolve(vm.identity().id().value()));
  }

  private VmSpec spec() {
    return new VmSpec(
        new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
        new Sizing(1, 128),
        new Sizing(1, 128),
        0,
        new VmSpec.Kernel(files.resolve("kernel"), files.resolve("initrd"), List.of()),
        AgentTransport.VIRTIO_SERIAL,
        new VmSpec.Devices(1, 1, 1, 0, 1 << 30));
  }
}
