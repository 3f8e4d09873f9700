package io.vmfactory.vmm;

/** How a VM uses the file of a drive. */
public enum DriveMode {
  /** The guest cannot write; any number of VMs may have the file. */
  READ_ONLY,
  /**
   * What the guest writes goes to a copy-on-write file of this drive alone, and is gone with it;
   * any number of VMs may have the file beneath.
   */
  OVERLAY,
  /** The guest writes to the file, which nobody else may have meanwhile. */
  WRITABLE
}
