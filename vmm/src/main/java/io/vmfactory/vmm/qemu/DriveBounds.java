package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.QemuConfig.DriveLimits;
import io.vmfactory.vmm.VmId;

/**
 * What drives may take of the host's disks.
 *
 * @param limits how fast
 * @param overlays how much, of all VMs
 */
record DriveBounds(DriveLimits limits, OverlayBook overlays) {
  /** Makes bounds for VMs of which none exists. */
  static DriveBounds of(DriveLimits limits) {
    return new DriveBounds(
        limits, new OverlayBook(limits.overlaysMib(), limits.overlaysMibPerVm()));
  }

  Of of(VmId vm) {
    return new Of(limits, overlays.of(vm));
  }

  /** The bounds of one VM. */
  record Of(DriveLimits limits, OverlayBook.OfVm overlays) {
    /** Returns whether its drives have a limit in time. */
    boolean isSlow() {
      return limits.mibPerSecond() > 0 || limits.requestsPerSecond() > 0;
    }
  }
}
