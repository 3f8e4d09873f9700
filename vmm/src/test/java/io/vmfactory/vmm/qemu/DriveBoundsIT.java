package io.vmfactory.vmm.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.QemuConfig.DriveLimits;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.DriveFile;
import io.vmfactory.linux.FileRights;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.DriveImage;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.DrivePlace;
import io.vmfactory.vmm.FrozenDrive;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What the drives of real QEMUs may take of the host's disks. */
@Tag("qemu")
class DriveBoundsIT {
  private static final int MIB = 1 << 20;
  private static final HypervisorInfo INFO =
      new HypervisorInfo(QemuHypervisorIT.PROGRAM, "7.2", Accelerator.TCG, "test", "");

  @RegisterExtension final QemuLeaks leaks = new QemuLeaks();
  @TempDir Path files;

  private final Deadline deadline = Deadline.after(Duration.ofSeconds(60));
  private Path image;

  @BeforeEach
  void prepare() throws IOException {
    TinyKernel.write(files.resolve("kernel"));
    image = Files.write(files.resolve("image"), new byte[MIB]);
  }

  private static QemuHypervisor limited(DriveLimits limits) {
    return new QemuHypervisor(INFO, new Confinement(TestJail.make(), null, DriveBounds.of(limits)));
  }

  private Vm boot(QemuHypervisor qemu) {
    VmId id = VmId.random();
    VmFolder folder = new VmFolders(files.resolve("vm")).create(id);
    return qemu.boot(new Launch(id, spec(), folder, new GuestRam.Anonymous()), deadline);
  }

  private VmFolder folder(Vm vm) {
    return new VmFolder(files.resolve("vm").resolve(vm.identity().id().value()));
  }

  private DrivePlace attach(Vm vm, DriveMode mode) {
    return vm.drives().attach(new DriveImage(image, mode, files), deadline);
  }

  @Test
  void allDrivesOfAVmShareItsRateAlsoThoseOfAFork() throws Exception {
    try (QemuHypervisor qemu = limited(new DriveLimits(3, 77, 0, 0))) {
      Vm vm = boot(qemu);
      attach(vm, DriveMode.OVERLAY);
      attach(vm, DriveMode.READ_ONLY);
      vm.stop(deadline);
      try (DriveFile file = DriveFile.hold(image, FileRights.OWN)) {
        List<FrozenDrive> frozen =
            List.of(new FrozenDrive("rw1", DriveMode.OVERLAY, MIB, List.of(file.open(false))));
        vm.drives().restore(frozen, files, deadline);
        frozen.forEach(FrozenDrive::close);
      }
      vm.detach();
      String devices = HandMonitor.replies(folder(vm).qmpSocket(), List.of("'query-block'")).get(0);
      assertThat(count("\"bps\": " + 3 * MIB, devices)).isEqualTo(3);
      assertThat(count("\"iops\": 77", devices)).isEqualTo(3);
      assertThat(count("\"group\": \"drives\"", devices)).isEqualTo(3);
      ProcessHandle.of(vm.identity().pid()).orElseThrow().destroyForcibly();
      deadline.await(vm.signals().exited(), "the end of QEMU");
    }
  }

  private static long count(String text, String in) {
    return Pattern.compile(Pattern.quote(text)).matcher(in).results().count();
  }

  @Test
  void overlaysBeyondTheLimitsAreRefusedUntilOthersAreGone() {
    try (QemuHypervisor qemu = limited(new DriveLimits(0, 0, 2, 1))) {
      Vm first = boot(qemu);
      DrivePlace place = attach(first, DriveMode.OVERLAY);
      refused(first, "max_overlays_per_vm = 1");
      attach(first, DriveMode.READ_ONLY);
      Vm second = boot(qemu);
      attach(second, DriveMode.OVERLAY);
      Vm third = boot(qemu);
      refused(third, "max_overlays = 2");
      first.drives().detach(place.id(), deadline);
      attach(third, DriveMode.OVERLAY);
      refused(first, "max_overlays = 2");
      second.kill();
      attach(first, DriveMode.OVERLAY);
      first.kill();
      third.kill();
    }
  }

  private void refused(Vm vm, String key) {
    assertThatThrownBy(() -> attach(vm, DriveMode.OVERLAY))
        .isInstanceOfSatisfying(
            VmmException.class,
            e -> assertThat(e.reason()).isEqualTo(VmmException.Reason.RESOURCES))
        .hasMessageContaining(key);
  }

  @Test
  void theOverlaysOfAnEarlierDaemonCount() {
    DriveLimits limits = new DriveLimits(0, 0, 1, 0);
    Vm vm;
    try (QemuHypervisor earlier = limited(limits)) {
      vm = boot(earlier);
      attach(vm, DriveMode.OVERLAY);
    }
    try (QemuHypervisor qemu = limited(limits)) {
      Vm adopted = qemu.adopt(new Survivor(vm.identity(), spec(), folder(vm)), deadline);
      Vm other = boot(qemu);
      refused(other, "max_overlays = 1");
      adopted.kill();
      attach(other, DriveMode.OVERLAY);
      other.kill();
    }
  }

  private VmSpec spec() {
    return new VmSpec(
        new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
        new Sizing(1, 128),
        new Sizing(1, 128),
        0,
        new VmSpec.Kernel(files.resolve("kernel"), files.resolve("kernel"), List.of()),
        AgentTransport.VIRTIO_SERIAL,
        new VmSpec.Devices(3, 1, 0, 0, 1 << 30));
  }
}
