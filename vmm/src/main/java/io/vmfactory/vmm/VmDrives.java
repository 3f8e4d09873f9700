package io.vmfactory.vmm;

import io.vmfactory.configs.time.Deadline;
import java.nio.file.Path;
import java.util.List;

/**
 * The drives of one VM, RUNNING unless a method says otherwise. The VMM reports which drives exist,
 * so drives that an earlier daemon attached are included. These steps are serial with those of
 * {@link Vm}, but a failed one leaves the VM as it was.
 */
public interface VmDrives {
  /**
   * Attaches a drive: fills a free slot of its kind or, if no slot is free, plugs a new device. A
   * drive in a slot is usable when this returns. The guest has yet to find a new device.
   *
   * @throws VmmException with reason {@code INVALID} when the file cannot be a drive, {@code
   *     FORBIDDEN} when the image's rights do not allow this use, {@code BUSY} when another program
   *     uses the file in a way that excludes this use, {@code RESOURCES} when the VM has neither
   *     slot nor port left or the host is full, {@code FAILED} when the VMM may not open the file
   */
  DrivePlace attach(DriveImage image, Deadline deadline);

  /**
   * Detaches a drive. The guest must have unmounted it. Its file is closed when this returns.
   *
   * @throws VmmException with reason {@code INVALID} when the VM has no such drive
   * @throws io.vmfactory.configs.time.DeadlineExceededException when the guest does not let go of a
   *     hot-plugged device; it is still attached
   */
  void detach(String id, Deadline deadline);

  /**
   * Fills the slots of a PAUSED clone of a snapshot with the drives that the snapshot's VM had. The
   * guest has them in use, so this comes before the clone runs. If this throws, end the VM.
   *
   * @param overlayDir folder for the copy-on-write files; as in {@link DriveImage}
   */
  void restore(List<FrozenDrive> drives, Path overlayDir, Deadline deadline);

  /** Returns all attached drives: those in slots first, in the order of slots and ports. */
  List<DrivePlace> list(Deadline deadline);
}
