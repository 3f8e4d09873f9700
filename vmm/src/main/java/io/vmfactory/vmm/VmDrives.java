package io.vmfactory.vmm;

import io.vmfactory.configs.time.Deadline;
import java.util.List;

/**
 * The drives of one RUNNING VM. Which there are is the VMM's to say, so that drives attached by an
 * earlier daemon are among them. Steps like those of {@link Vm}, and serial with them; but one that
 * fails leaves the VM as it was.
 */
public interface VmDrives {
  /**
   * Gives the VM a drive: a free slot of its kind or, when there is none, a new device. A drive in
   * a slot is there when this returns; a new device has yet to be found by the guest.
   *
   * @throws VmmException with reason {@code INVALID} when the file is none that can be a drive,
   *     {@code BUSY} when somebody else has it in a way that excludes this use, {@code RESOURCES}
   *     when the VM has neither slot nor port left or the host is full, {@code FAILED} when the VMM
   *     may not open it
   */
  DrivePlace attach(DriveImage image, Deadline deadline);

  /**
   * Takes a drive away, which the guest must have unmounted. Its file is closed when this returns.
   *
   * @throws VmmException with reason {@code INVALID} when the VM has no such drive
   * @throws io.vmfactory.configs.time.DeadlineExceededException when the guest does not let go of a
   *     hot-plugged device; it is still attached
   */
  void detach(String id, Deadline deadline);

  /** All drives attached, those in slots first, in the order of slots and ports. */
  List<DrivePlace> list(Deadline deadline);
}
