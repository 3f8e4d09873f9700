package io.vmfactory.client.sandbox;

import io.vmfactory.client.machine.AttachedDrive;
import io.vmfactory.client.machine.Machine;
import io.vmfactory.client.sandbox.ContainerSpec.Scratch;
import io.vmfactory.client.sandbox.ContainerSpec.Volume;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Uninterrupted;
import io.vmfactory.guest.ContainerRequest;
import io.vmfactory.guest.GuestContainers;
import io.vmfactory.guest.GuestException;
import io.vmfactory.guest.GuestStorage;
import io.vmfactory.guest.oci.OciMount;
import io.vmfactory.guest.oci.OciSpec;
import io.vmfactory.vmm.DriveMode;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Attaches the drives of a new container and describes their mounts to the guest. The guest mounts
 * the root file system at the container's root, and the volumes at other places, from which they
 * are bind-mounted into the container.
 */
final class ContainerCreation {
  private static final String CONTAINERS = ContainerSpec.GUEST_FOLDER;

  private static final Duration UNDO_LIMIT = Duration.ofSeconds(10);

  private final String id;
  private final ContainerSpec spec;
  private final Machine machine;
  private final List<AttachedDrive> drives = new ArrayList<>();

  /**
   * @param id the id of the container, given or generated
   */
  ContainerCreation(String id, ContainerSpec spec, Machine machine) {
    this.id = id;
    this.spec = spec;
    this.machine = machine;
  }

  /** Attaches all drives in the order of the images. On failure, attaches none. */
  void attach(Deadline deadline) {
    try {
      for (DiskImage image : images()) {
        require(image);
        drives.add(machine.attach(image.path(), image.mode(), deadline));
      }
    } catch (RuntimeException e) {
      detach(e);
      throw SandboxFailures.ofDevice(e);
    }
  }

  private List<DiskImage> images() {
    return Stream.concat(Stream.of(spec.rootfs()), spec.volumes().stream().map(Volume::image))
        .toList();
  }

  private void require(DiskImage image) {
    if (!image.path().isAbsolute() || !Files.isRegularFile(image.path())) {
      throw new SandboxException(
          Reason.INVALID,
          "container %s: image %s is not the absolute path of a file".formatted(id, image.path()));
    }
  }

  /**
   * Undoes everything after {@code failure}. A guest that refused has created nothing; a guest that
   * did not answer may still create the container.
   */
  void undo(GuestContainers guest, RuntimeException failure) {
    if (!(failure instanceof SandboxException)) {
      attempt(() -> remove(guest), failure);
    }
    detach(failure);
  }

  private void remove(GuestContainers guest) {
    try {
      guest.remove(id, Duration.ZERO, Deadline.after(UNDO_LIMIT));
    } catch (GuestException e) {
      if (e.code() != GuestException.NOT_FOUND) {
        throw e;
      }
    }
  }

  private void detach(RuntimeException failure) {
    for (AttachedDrive drive : drives) {
      attempt(() -> machine.detach(drive.id(), Deadline.after(UNDO_LIMIT)), failure);
    }
  }

  private static void attempt(Runnable undoing, RuntimeException failure) {
    try {
      Uninterrupted.run(undoing);
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  List<String> driveIds() {
    return drives.stream().map(AttachedDrive::id).toList();
  }

  /** Returns whether the container writes to files of the host. */
  boolean writable() {
    return images().stream().anyMatch(image -> image.mode() == DriveMode.WRITABLE);
  }

  /** Returns the request to the guest. */
  ContainerRequest request(boolean sharedPids) {
    Boolean own = spec.sharedPids();
    List<GuestStorage> storages = new ArrayList<>();
    storages.add(storage(spec.rootfs(), drives.get(0), root()));
    OciSpec oci = spec.oci().withRoot(root(), readOnlyRoot());
    for (int i = 0; i < spec.volumes().size(); i++) {
      Volume volume = spec.volumes().get(i);
      storages.add(storage(volume.image(), drives.get(i + 1), volumePoint(i)));
      oci = oci.withMount(bind(volumePoint(i), volume.mountPoint(), readOnly(volume.image())));
    }
    for (Scratch scratch : spec.scratch()) {
      oci = oci.withMount(tmpfs(scratch));
    }
    return new ContainerRequest(
        id, oci, storages, own == null ? sharedPids : own, spec.programAtStart());
  }

  private String root() {
    return ContainerSpec.guestRoot(id);
  }

  private boolean readOnlyRoot() {
    return spec.oci().rootReadonly() || readOnly(spec.rootfs());
  }

  private String volumePoint(int index) {
    return CONTAINERS + id + "/volumes/" + index;
  }

  private static boolean readOnly(DiskImage image) {
    return image.mode() == DriveMode.READ_ONLY;
  }

  private static GuestStorage storage(DiskImage image, AttachedDrive drive, String mountPoint) {
    List<String> options = readOnly(image) ? List.of("ro") : List.of();
    return new GuestStorage(
        "blk", List.of(), drive.guestDevice(), image.fsType(), options, mountPoint);
  }

  private static OciMount bind(String source, String destination, boolean readOnly) {
    return new OciMount(destination, "bind", source, List.of("bind", readOnly ? "ro" : "rw"));
  }

  private static OciMount tmpfs(Scratch scratch) {
    return new OciMount(
        scratch.mountPoint(),
        "tmpfs",
        "tmpfs",
        List.of("nosuid", "nodev", "size=" + scratch.sizeBytes()));
  }
}
