package io.vmfactory.vmm.qemu;

import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.groups.ControlGroup;

/**
 * What one QEMU may take of the host.
 *
 * @param group memory, threads and CPU time
 * @param drives disks
 */
record Bounds(ControlGroup group, DriveBounds.Of drives) {
  Bounds(ControlGroup group, DriveBounds drives, VmId vm) {
    this(group, drives.of(vm));
  }

  /** Gives back what belonged to a QEMU that has ended. */
  void end() {
    group.remove();
    drives.overlays().end();
  }
}
