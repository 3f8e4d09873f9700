package io.vmfactory.vmm.qemu;

import io.vmfactory.linux.Program;
import io.vmfactory.vmm.GuestRam;

/** The numbers of the descriptors that a QEMU process inherits, in the order they are passed. */
final class Inheritance {
  static final int QMP = Program.FIRST_INHERITED;

  /** The file that the guest's console is written to. */
  static final int CONSOLE = QMP + 1;

  /** The first of the agent's ports; the others follow it. */
  static final int AGENT = CONSOLE + 1;

  static final int STATE = AGENT + AgentPorts.COUNT;

  /**
   * The file with the VM's memory. If the memory is no file, the later numbers move down by one.
   */
  static final int RAM = STATE + 1;

  private Inheritance() {}

  /** Returns the first tap of the NIC slots; the others follow it. */
  static int taps(GuestRam ram) {
    return ram instanceof GuestRam.Anonymous ? RAM : RAM + 1;
  }
}
