package io.vmfactory.vmm.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.QemuConfig.Groups;
import io.vmfactory.configs.QemuConfig.Isolation.Mode;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.Processes;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.Capability;
import io.vmfactory.vmm.DriveImage;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.groups.ControlGroup;
import io.vmfactory.vmm.groups.ControlGroups;
import io.vmfactory.vmm.groups.GroupLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The control groups of real QEMUs, on a host that has control groups for this user. */
@Tag("qemu")
class VmGroupIT {
  private static final HypervisorInfo INFO =
      new HypervisorInfo(QemuHypervisorIT.PROGRAM, "7.2", Accelerator.TCG, "test", "");

  @RegisterExtension final QemuLeaks leaks = new QemuLeaks();
  @TempDir Path files;

  private final Deadline deadline = Deadline.after(Duration.ofSeconds(60));
  private String name;

  @BeforeEach
  void prepare() throws IOException {
    name = ControlGroups.name(files);
    TinyKernel.write(files.resolve("kernel"));
  }

  @AfterEach
  void removeGroups() {
    TestJail.removeGroups(name);
  }

  @Test
  void aVmInAJailIsInItsGroupUntilItEnds() throws IOException {
    isInItsGroup(TestJail.confinement(name));
  }

  @Test
  void aVmWithoutAJailIsInItsGroupUntilItEnds() throws IOException {
    isInItsGroup(new Confinement(null, TestJail.groups(name)));
  }

  private void isInItsGroup(Confinement confinement) throws IOException {
    try (QemuHypervisor qemu = new QemuHypervisor(INFO, confinement)) {
      Vm vm = qemu.boot(launch(), deadline);
      List<Path> folders = group(vm).folders();
      ControlGroups groups = confinement.groups();
      List<Path> expected =
          groups == null
              ? List.of()
              : groups.folders().stream()
                  .map(folder -> folder.resolve(vm.identity().id().value()))
                  .toList();
      assertThat(folders).containsExactlyElementsOf(expected);
      for (Path folder : folders) {
        assertThat(Files.readString(folder.resolve("cgroup.procs")))
            .isEqualTo(vm.identity().pid() + "\n");
      }
      vm.kill();
      assertThat(folders).noneMatch(Files::exists);
    }
  }

  /** What a VM writes to an overlay in memory is charged to it, and must not end it. */
  @Test
  void theLimitGrowsByADriveThatLiesInMemory() throws IOException {
    Path image = Files.write(files.resolve("image"), new byte[1 << 20]);
    Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "vmfactory-test");
    try (QemuHypervisor qemu = new QemuHypervisor(INFO, TestJail.confinement(name))) {
      Vm vm = qemu.boot(launch(), deadline);
      List<Long> before = TestJail.memoryLimits(vm);
      vm.drives().attach(new DriveImage(image, DriveMode.OVERLAY, files), deadline);
      assertThat(TestJail.memoryLimits(vm)).isEqualTo(before);
      vm.drives().attach(new DriveImage(image, DriveMode.OVERLAY, memory), deadline);
      assertThat(TestJail.memoryLimits(vm))
          .isEqualTo(before.stream().map(bytes -> bytes + (1 << 20)).toList());
      vm.kill();
    } finally {
      Files.delete(memory);
    }
  }

  @Test
  void aDaemonRemovesTheGroupsOfVmsThatEndedWithoutOne() {
    ControlGroups groups = TestJail.groups(name);
    if (groups != null) {
      ControlGroup left = groups.create(VmId.random(), new GroupLimits(1 << 30, 100, 1));
      assertThat(left.folders()).isNotEmpty().allMatch(Files::exists);
      groups.sweep(vm -> true);
      assertThat(left.folders()).noneMatch(Files::exists);
    }
  }

  @Test
  void aHostIsAskedWhetherItHasGroupsAndNoneIsLeft() {
    try (Processes processes = new Processes()) {
      Trials trials = new Trials(QemuHypervisorIT.PROGRAM, "q35", TestJail.LAUNCHER, processes);
      Capability found = new GroupCheck(new Groups(Mode.AUTO, "")).check(trials);
      assertThat(found.usable()).isEqualTo(TestJail.groups(name) != null);
      assertThat(found.why()).isNotBlank();
      Capability off = new GroupCheck(Groups.none()).check(trials);
      assertThat(off.usable()).isFalse();
      assertThat(off.why()).contains("control_groups = \"none\"");
    }
  }

  /** A file stands where the parent's folder would be made. */
  @Test
  void aDaemonWithoutTheGroupsThatItRequiresDoesNotStart() {
    Groups required = new Groups(Mode.REQUIRED, "/cgroup.procs/below");
    Groups wanted = new Groups(Mode.AUTO, "/cgroup.procs/below");
    try (Processes processes = new Processes()) {
      Trials trials = new Trials(QemuHypervisorIT.PROGRAM, "q35", TestJail.LAUNCHER, processes);
      assertThatThrownBy(() -> new GroupCheck(required).groups(name, trials))
          .isInstanceOfSatisfying(
              VmmException.class,
              e -> assertThat(e.reason()).isEqualTo(VmmException.Reason.UNUSABLE))
          .hasMessageContaining("control_groups = \"required\"");
      assertThat(new GroupCheck(wanted).groups(name, trials).value()).isNull();
    }
  }

  private static ControlGroup group(Vm vm) {
    return ControlGroup.of(vm.identity().id(), Path.of("/proc/" + vm.identity().pid()));
  }

  private Launch launch() {
    VmId id = VmId.random();
    return new Launch(
        id, spec(), new VmFolders(files.resolve("vm")).create(id), new GuestRam.Anonymous());
  }

  private VmSpec spec() {
    return new VmSpec(
        new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
        new Sizing(1, 128),
        new Sizing(1, 128),
        0,
        new VmSpec.Kernel(files.resolve("kernel"), files.resolve("kernel"), List.of()),
        AgentTransport.VIRTIO_SERIAL,
        new VmSpec.Devices(2, 0, 0, 0, 1 << 30));
  }
}
