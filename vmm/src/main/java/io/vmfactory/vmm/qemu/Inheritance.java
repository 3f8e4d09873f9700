package io.vmfactory.vmm.qemu;

import io.vmfactory.vmm.linux.Program;

/** The numbers of the descriptors a QEMU process inherits; the order in which they are passed. */
final class Inheritance {
  static final int QMP = Program.FIRST_INHERITED;
  static final int AGENT = QMP + 1;
  static final int STATE = AGENT + 1;
  static final int RAM = STATE + 1;

  private Inheritance() {}
}
