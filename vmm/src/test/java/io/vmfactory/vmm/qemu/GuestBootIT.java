package io.vmfactory.vmm.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Boots the guest that {@code ./dev guest} makes. */
@Tag("qemu")
class GuestBootIT {
  private static final Path GUEST = Path.of(System.getProperty("vmfactory.top"), "dist", "guest");

  private static final String DAEMON = "vmfactory-test-" + ProcessHandle.current().pid();

  /** 128 MiB, and what the kernel needs for them. */
  private static final long PLUGGED = 130L << 20;

  @RegisterExtension final QemuLeaks leaks = new QemuLeaks();
  private final Deadline deadline = Deadline.after(Duration.ofMinutes(2));
  private QemuHypervisor qemu = hypervisor();

  private QemuHypervisor hypervisor() {
    return new QemuHypervisor(
        new HypervisorInfo(QemuHypervisorIT.PROGRAM, "7.2", Accelerator.TCG, "test", "test"),
        TestJail.confinement(DAEMON));
  }

  @AfterEach
  void close() {
    qemu.close();
    TestJail.removeGroups(DAEMON);
  }

  @Test
  void theGuestOpensTheAgentsPortAndPrintsToTheConsoleLog(@TempDir Path temp) {
    Launch launch = launch(temp);
    Vm vm = qemu.boot(launch, deadline);
    try {
      deadline.await(vm.signals().agentPort(), "the agent's port");
      assertThat(launch.folder().consoleLog()).content().contains("Linux version");
    } finally {
      vm.kill();
    }
  }

  @Test
  void aGuestThatIsUpIsAdoptedAsSuchAndTakesWhatIsPlugged(@TempDir Path temp) throws Exception {
    Launch launch = launch(temp);
    Vm vm = qemu.boot(launch, deadline);
    try {
      deadline.await(vm.signals().agentPort(), "the agent's port");
      qemu.close();
      qemu = hypervisor();
      vm = qemu.adopt(new Survivor(vm.identity(), launch.spec(), launch.folder()), deadline);
      assertThat(vm.phase()).isEqualTo(VmPhase.RUNNING);
      assertThat(vm.signals().agentPort().toCompletableFuture()).isCompleted();
      List<Long> before = TestJail.memoryLimits(vm);
      assertThat(before).hasSize(TestJail.groups(DAEMON) == null ? 0 : 1);
      assertThat(vm.grow(new Sizing(2, 384), deadline)).isEqualTo(new Sizing(2, 384));
      assertThat(TestJail.memoryLimits(vm))
          .isEqualTo(before.stream().map(b -> b + PLUGGED).toList());
      vm.check(deadline);
    } finally {
      vm.kill();
    }
  }

  private static Launch launch(Path temp) {
    var kernel =
        new VmSpec.Kernel(
            GUEST.resolve("vmlinuz"), GUEST.resolve("initrd"), List.of("console=ttyS0"));
    var spec =
        new VmSpec(
            new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
            new Sizing(1, 256),
            new Sizing(2, 512),
            2,
            kernel,
            AgentTransport.VIRTIO_SERIAL);
    VmId id = VmId.random();
    return new Launch(
        id, spec, new VmFolders(temp.resolve("vm")).create(id), new GuestRam.Anonymous());
  }
}
