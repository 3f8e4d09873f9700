package io.vmfactory.template;

import io.vmfactory.vmm.DriveMode;
import java.util.List;

/**
 * What is known about a template that is a snapshot of a VM that ran, beside what is known about
 * every template.
 *
 * @param note what was given with it
 * @param writtenBytes bytes in the pages that the source had written since it was made
 * @param drives what each clone has in its slots
 */
public record SnapshotFacts(SnapshotNote note, long writtenBytes, List<Drive> drives) {
  public SnapshotFacts {
    drives = List.copyOf(drives);
  }

  /**
   * A drive.
   *
   * @param id the slot
   * @param mode READ_ONLY or OVERLAY
   * @param diskBytes bytes of data in the template's copy of it
   */
  public record Drive(String id, DriveMode mode, long diskBytes) {}

  /** Returns the bytes of data in the copies of its drives. */
  public long driveBytes() {
    return drives.stream().mapToLong(Drive::diskBytes).sum();
  }
}
