package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.HostProcess;
import io.vmfactory.linux.Processes;
import io.vmfactory.linux.Program;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.qmp.ScriptedMonitor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A QEMU that gives answers that a real one cannot be made to give: another program runs in its
 * place, and its monitor is scripted.
 */
@Timeout(60)
abstract class ScriptedQemu {
  private static final Path PROGRAM = Path.of("/bin/sleep");

  final Deadline deadline = Deadline.after(Duration.ofSeconds(30));
  private final Processes earlier = new Processes();
  final QemuHypervisor qemu =
      new QemuHypervisor(new HypervisorInfo(PROGRAM, "", Accelerator.TCG, "test", ""));
  HostProcess process;
  Survivor survivor;
  ScriptedMonitor monitor;

  @BeforeEach
  void start(@TempDir Path temp) throws IOException {
    VmId id = VmId.random();
    VmFolder folder = new VmFolders(temp).create(id);
    monitor = new ScriptedMonitor(folder.qmpSocket());
    process = earlier.start(new Program(PROGRAM, List.of("1000"), folder.vmmLog(), List.of()));
    VmIdentity who = new VmIdentity(id, process.pid(), process.startTicks(), PROGRAM.toRealPath());
    survivor = new Survivor(who, spec(), folder);
  }

  private static VmSpec spec() {
    return new VmSpec(
        new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
        new Sizing(1, 128),
        new Sizing(1, 128),
        0,
        new VmSpec.Kernel(Path.of("/k"), Path.of("/i"), List.of()),
        AgentTransport.VIRTIO_SERIAL);
  }

  @AfterEach
  void end() throws IOException {
    process.kill();
    deadline.await(process.exited(), "exit");
    monitor.close();
    qemu.close();
    earlier.close();
  }

  static String status(String state) {
    return "{\"status\": \"" + state + "\", \"running\": false, \"singlestep\": false}";
  }
}
