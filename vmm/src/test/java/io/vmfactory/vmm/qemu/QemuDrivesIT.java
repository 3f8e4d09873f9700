package io.vmfactory.vmm.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.AgentTransport;
import io.vmfactory.vmm.DriveImage;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.DrivePlace;
import io.vmfactory.vmm.DrivesContract;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("qemu")
class QemuDrivesIT extends DrivesContract {
  @RegisterExtension final QemuLeaks leaks = new QemuLeaks();
  @TempDir static Path files;

  private QemuHypervisor qemu = hypervisor();
  private VmFolder folder;

  private static QemuHypervisor hypervisor() {
    return new QemuHypervisor(
        new HypervisorInfo(QemuHypervisorIT.PROGRAM, "7.2", Accelerator.TCG, "test", "test"),
        TestJail.make());
  }

  @BeforeAll
  static void open() throws IOException {
    Files.write(files.resolve("initrd"), new byte[1]);
    TinyKernel.write(files.resolve("kernel"));
  }

  @Override
  protected void close() {
    qemu.close();
  }

  @Override
  protected Vm boot(VmId id, VmFolder made) {
    folder = made;
    return qemu.boot(new Launch(id, spec(), made, new GuestRam.Anonymous()), deadline);
  }

  private static VmSpec spec() {
    return new VmSpec(
        new VmSpec.Machine("q35", "", Accelerator.TCG, "max"),
        new Sizing(1, 128),
        new Sizing(1, 128),
        0,
        new VmSpec.Kernel(files.resolve("kernel"), files.resolve("initrd"), List.of()),
        AgentTransport.VIRTIO_SERIAL,
        DEVICES);
  }

  @Test
  void theGuestKnowsItsDrivesByThePlacesTheyTake() {
    assertThat(
            List.of(
                attach(vm, image, DriveMode.OVERLAY),
                attach(vm, image, DriveMode.OVERLAY),
                attach(vm, image, DriveMode.OVERLAY),
                attach(vm, image, DriveMode.READ_ONLY)))
        .extracting(DrivePlace::guestDevice)
        .containsExactly("/dev/vda", "/dev/vdb", "10/00", "/dev/vdc");
  }

  @Test
  void allFilesAreClosedWhenDrivesAreDetached() throws IOException {
    List<String> before = open(vm);
    for (DriveMode mode : List.of(DriveMode.OVERLAY, DriveMode.WRITABLE, DriveMode.READ_ONLY)) {
      DrivePlace place = attach(vm, image, mode);
      assertThat(open(vm)).contains(image.toString());
      vm.drives().detach(place.id(), deadline);
      assertThat(open(vm)).as(mode.name()).containsExactlyInAnyOrderElementsOf(before);
    }
  }

  @Test
  void whatFailsLeavesNothingOpenAndTheSlotFree() throws IOException {
    List<String> before = open(vm);
    DrivePlace held = attach(vm, image, DriveMode.WRITABLE);
    refused(Reason.BUSY, () -> attach(vm, image, DriveMode.OVERLAY));
    refused(Reason.BUSY, () -> attach(vm, image, DriveMode.READ_ONLY));
    vm.drives().detach(held.id(), deadline);
    assertThat(open(vm)).containsExactlyInAnyOrderElementsOf(before);
    Files.delete(overlays);
    refused(Reason.FAILED, () -> attach(vm, image, DriveMode.OVERLAY))
        .hasMessageContaining(overlays.toString());
    Files.createDirectory(overlays);
    vm.check(deadline); // waits for every command sent before, too
    assertThat(open(vm)).containsExactlyInAnyOrderElementsOf(before);
    assertThat(attach(vm, image, DriveMode.OVERLAY)).extracting(DrivePlace::id).isEqualTo("rw0");
  }

  @Test
  void oneWhoseTimeIsOverIsUndone() throws IOException {
    List<String> before = open(vm);
    for (DriveMode mode : DriveMode.values()) {
      for (int micros = 0; micros < 8000; micros += 400) {
        Deadline soon = Deadline.after(Duration.ofNanos(micros * 1000L));
        try {
          DrivePlace place = vm.drives().attach(new DriveImage(image, mode, overlays), soon);
          vm.drives().detach(place.id(), deadline);
        } catch (DeadlineExceededException e) {
          assertThat(vm.drives().list(deadline)).as("after %d us", micros).isEmpty();
        }
      }
      vm.drives().detach(attach(vm, image, mode).id(), deadline); // waits until the undo has ended
      assertThat(open(vm)).as(mode.name()).containsExactlyInAnyOrderElementsOf(before);
    }
  }

  @Test
  void drivesOfAVmThatAnEarlierDaemonFilledAreKnown() {
    DrivePlace first = attach(vm, image, DriveMode.OVERLAY);
    DrivePlace second = attach(vm, image, DriveMode.READ_ONLY);
    qemu.close();
    qemu = hypervisor();
    vm = qemu.adopt(new Survivor(vm.identity(), spec(), folder), deadline);
    assertThat(vm.drives().list(deadline)).containsExactly(first, second);
    vm.drives().detach(first.id(), deadline);
    assertThat(attach(vm, image, DriveMode.OVERLAY)).isEqualTo(first);
  }

  @Test
  void aDeviceTheGuestDoesNotLetGoOfStaysAttached() {
    attach(vm, image, DriveMode.OVERLAY);
    attach(vm, image, DriveMode.OVERLAY);
    DrivePlace plugged = attach(vm, image, DriveMode.OVERLAY);
    for (int i = 0; i < 2; i++) {
      Deadline soon = Deadline.after(Duration.ofMillis(500));
      assertThatThrownBy(() -> vm.drives().detach(plugged.id(), soon))
          .isInstanceOf(DeadlineExceededException.class)
          .hasMessageContaining("the guest to let go of drive plug0");
    }
    assertThat(vm.drives().list(deadline)).contains(plugged);
  }

  @Test
  void anOverlayHoldsAsMuchAsItsImageAndNotAsTheSlot() throws IOException {
    Path odd = Files.write(files.resolve("odd"), new byte[70_000]);
    attach(vm, odd, DriveMode.OVERLAY);
    try (var all = Files.list(Path.of("/proc/%d/fd".formatted(vm.identity().pid())))) {
      List<Path> made = all.filter(link -> target(link).startsWith(overlays + "/")).toList();
      assertThat(made).isNotEmpty();
      for (Path overlay : made) {
        assertThat(virtualSize(overlay)).isEqualTo(137 * 512);
      }
    }
  }

  /** The size that a qcow2 file shows: bytes 24 to 31 of its header, big-endian. */
  private static long virtualSize(Path overlay) throws IOException {
    try (InputStream in = Files.newInputStream(overlay)) {
      ByteBuffer header = ByteBuffer.wrap(in.readNBytes(32));
      assertThat(header.getInt(0)).isEqualTo(0x514649fb);
      return header.getLong(24);
    }
  }

  /** Returns the names of the files that the VM's process has open. */
  private static List<String> open(Vm vm) throws IOException {
    try (var all = Files.list(Path.of("/proc/%d/fd".formatted(vm.identity().pid())))) {
      return all.map(QemuDrivesIT::target)
          .filter(name -> name.startsWith("/") && !name.startsWith("/dev/"))
          .toList();
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException gone) {
      return "";
    }
  }
}
