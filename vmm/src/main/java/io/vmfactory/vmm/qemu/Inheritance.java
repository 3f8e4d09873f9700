package io.vmfactory.vmm.qemu;

import io.vmfactory.linux.Program;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.VmFolder;

/** The numbers of the descriptors a QEMU process inherits; the order in which they are passed. */
final class Inheritance {
  static final int QMP = Program.FIRST_INHERITED;

  /** The first of the agent's ports; the others follow. */
  static final int AGENT = QMP + 1;

  static final int STATE = AGENT + VmFolder.AGENT_PORTS;

  /** Only where the VM's memory is a file; what follows moves up where it is not. */
  static final int RAM = STATE + 1;

  private Inheritance() {}

  /** The first of the NIC slots' taps; the others follow. */
  static int taps(GuestRam ram) {
    return ram instanceof GuestRam.Anonymous ? RAM : RAM + 1;
  }
}
