package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.Descriptor;
import io.vmfactory.linux.FileStatus;
import io.vmfactory.template.TemplateException.Reason;
import io.vmfactory.vmm.FrozenDrive;
import io.vmfactory.vmm.Vm;
import java.nio.file.Path;
import java.util.List;

/**
 * The drives that clones of a snapshot have, as open files. QEMU reads them while clones run, so
 * unlike memory they are not copied; but a file that was changed after it was verified is given to
 * no further clone.
 */
final class DriveSet implements AutoCloseable {
  static final DriveSet NONE = new DriveSet(List.of(), List.of());

  private final List<FrozenDrive> drives;
  private final List<FileStatus> verified;

  private DriveSet(List<FrozenDrive> drives, List<FileStatus> verified) {
    this.drives = drives;
    this.verified = verified;
  }

  /** Returns the drives of a VM that runs. Nothing can change their files. */
  static DriveSet live(List<FrozenDrive> drives) {
    return new DriveSet(drives, List.of());
  }

  /**
   * Returns drives from the store.
   *
   * @param verified the status of each file, drive by drive, before its content was verified
   */
  static DriveSet stored(List<FrozenDrive> drives, List<FileStatus> verified) {
    return new DriveSet(drives, List.copyOf(verified));
  }

  boolean isEmpty() {
    return drives.isEmpty();
  }

  /** Whether no file was changed since it was verified. */
  boolean isIntact() {
    List<Descriptor> files = drives.stream().flatMap(drive -> drive.files().stream()).toList();
    for (int i = 0; i < verified.size(); i++) {
      if (!isSame(verified.get(i), FileStatus.of(files.get(i)))) {
        return false;
      }
    }
    return true;
  }

  /** A file that was removed from the store meanwhile still has its content. */
  private static boolean isSame(FileStatus before, FileStatus now) {
    boolean unwritten = before.size() == now.size() && before.modified().equals(now.modified());
    return unwritten && (now.links() == 0 || before.changed().equals(now.changed()));
  }

  /**
   * Fills the slots of a PAUSED clone. If this throws, end the clone.
   *
   * @param overlays folder for the clone's copy-on-write files
   */
  void restore(Vm clone, Path overlays, Deadline deadline) {
    if (isEmpty()) {
      return;
    }
    if (!isIntact()) {
      throw new TemplateException(
          Reason.REFUSED, "a drive of the template was altered after it was verified");
    }
    clone.drives().restore(drives, overlays, deadline);
  }

  @Override
  public void close() {
    drives.forEach(FrozenDrive::close);
  }
}
