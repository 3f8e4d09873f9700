package io.vmfactory.vmm;

/** How a VM uses the file of a drive. */
public enum DriveMode {
  /** The guest cannot write. Any number of VMs may use the file. */
  READ_ONLY,
  /**
   * What the guest writes goes to a copy-on-write file of this drive, which is lost with the drive.
   * Any number of VMs may use the file below it.
   */
  OVERLAY,
  /** The guest writes to the file. No other program may use it meanwhile. */
  WRITABLE
}
