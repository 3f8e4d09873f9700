package io.vmfactory.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.FileRights;
import io.vmfactory.linux.UserIds;
import io.vmfactory.vmm.VmmException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that the drives of every hypervisor's VMs must pass. */
public abstract class DrivesContract {
  /** Two writable slots, one read-only, one port. */
  protected static final VmSpec.Devices DEVICES = new VmSpec.Devices(2, 1, 1, 0, 1 << 30);

  protected final Deadline deadline = Deadline.after(Duration.ofSeconds(60));
  protected Path image;
  protected Path overlays;
  protected Vm vm;
  private Path temp;

  /** Starts a new VM with {@link #DEVICES}; its folder is {@code folder}. */
  protected abstract Vm boot(VmId id, VmFolder folder);

  /** Closes the hypervisor, whose VMs have ended. */
  protected void close() {}

  @BeforeEach
  void begin(@TempDir Path folder) throws IOException {
    temp = folder;
    overlays = Files.createDirectory(temp.resolve("overlays"));
    image = file("image", 1 << 20);
    vm = boot();
  }

  protected final Vm boot() {
    VmId id = VmId.random();
    return boot(id, new VmFolders(temp.resolve("vm")).create(id));
  }

  @AfterEach
  void end() throws IOException {
    vm.kill();
    close();
    try (var left = Files.list(overlays)) {
      assertThat(left).as("copy-on-write files with a name").isEmpty();
    }
  }

  protected final Path file(String name, long bytes) throws IOException {
    Path file = temp.resolve(name);
    try (var content = new java.io.RandomAccessFile(file.toFile(), "rw")) {
      content.setLength(bytes);
    }
    return file;
  }

  protected final DrivePlace attach(Vm to, Path file, DriveMode mode) {
    return to.drives().attach(new DriveImage(file, mode, overlays), deadline);
  }

  @Test
  void eachModeTakesASlotOfItsKindInOrder() {
    DrivePlace readOnly = attach(vm, image, DriveMode.READ_ONLY);
    DrivePlace first = attach(vm, image, DriveMode.OVERLAY);
    DrivePlace second = attach(vm, image, DriveMode.OVERLAY);
    assertThat(List.of(readOnly, first, second)).noneMatch(DrivePlace::hotPlugged);
    assertThat(vm.drives().list(deadline))
        .containsExactlyInAnyOrder(first, second, readOnly)
        .extracting(DrivePlace::id)
        .doesNotHaveDuplicates();
  }

  @Test
  void aDetachedDrivesSlotIsFreeAgain() {
    DrivePlace first = attach(vm, image, DriveMode.WRITABLE);
    vm.drives().detach(first.id(), deadline);
    assertThat(vm.drives().list(deadline)).isEmpty();
    assertThat(attach(vm, image, DriveMode.WRITABLE)).isEqualTo(first);
  }

  @Test
  void beyondTheSlotsADeviceIsPluggedAndBeyondThePortsNothingIs() {
    attach(vm, image, DriveMode.OVERLAY);
    attach(vm, image, DriveMode.OVERLAY);
    assertThat(attach(vm, image, DriveMode.OVERLAY).hotPlugged()).isTrue();
    refused(Reason.RESOURCES, () -> attach(vm, image, DriveMode.OVERLAY));
    assertThat(attach(vm, image, DriveMode.READ_ONLY).hotPlugged()).isFalse();
    refused(Reason.RESOURCES, () -> attach(vm, image, DriveMode.READ_ONLY));
    assertThat(vm.drives().list(deadline)).hasSize(4);
  }

  @Test
  void aWritableFileHasOneVmAtATimeAndOnce() throws IOException {
    Path other = file("other", 4096);
    DrivePlace held = attach(vm, image, DriveMode.WRITABLE);
    refused(Reason.BUSY, () -> attach(vm, image, DriveMode.WRITABLE));
    Vm second = boot();
    refused(Reason.BUSY, () -> attach(second, image, DriveMode.WRITABLE));
    attach(second, other, DriveMode.WRITABLE);
    vm.drives().detach(held.id(), deadline);
    attach(second, image, DriveMode.WRITABLE);
    second.kill();
    attach(vm, image, DriveMode.WRITABLE);
  }

  @Test
  void whatCannotBeADriveIsRefusedAndNamed() throws IOException {
    Path empty = file("empty", 0);
    Path large = file("large", (1L << 30) + 1);
    for (Path bad : List.of(temp.resolve("missing"), overlays, empty, large)) {
      for (DriveMode mode : DriveMode.values()) {
        refused(Reason.INVALID, () -> attach(vm, bad, mode)).hasMessageContaining(bad.toString());
      }
    }
    attach(vm, file("exact", 1 << 30), DriveMode.OVERLAY);
    assertThat(vm.drives().list(deadline)).hasSize(1);
  }

  @Test
  void aFileThatItsUserMayNotOpenIsNotAttached() throws IOException {
    FileRights nobody = FileRights.of(new UserIds(65534, Set.of(65534L)));
    Files.setPosixFilePermissions(image, PosixFilePermissions.fromString("rw-rw----"));
    for (DriveMode mode : DriveMode.values()) {
      DriveImage theirs = new DriveImage(image, mode, overlays, nobody);
      refused(Reason.FORBIDDEN, () -> vm.drives().attach(theirs, deadline))
          .hasMessageContaining("uid 65534");
    }
    assertThat(vm.drives().list(deadline)).isEmpty();
  }

  @Test
  void aDriveThatIsNotThereCannotBeDetached() {
    refused(Reason.INVALID, () -> vm.drives().detach("rw0", deadline)).hasMessageContaining("rw0");
    refused(Reason.INVALID, () -> vm.drives().detach("rw0.blank", deadline));
  }

  @Test
  void onlyARunningVmIsGivenDrives() {
    vm.stop(deadline);
    refused(Reason.ILLEGAL_PHASE, () -> attach(vm, image, DriveMode.READ_ONLY));
    refused(Reason.ILLEGAL_PHASE, () -> vm.drives().detach("ro0", deadline));
  }

  /** Checks the reason of the refusal. Returns the assertion for checks of its message. */
  protected static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> refused(
      Reason reason, ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            VmmException.class, e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason));
  }
}
