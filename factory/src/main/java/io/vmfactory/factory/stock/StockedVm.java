package io.vmfactory.factory.stock;

import io.vmfactory.vmm.Vm;

/** A VM on stock, of either tier. */
sealed interface StockedVm permits ShellVm, WarmVm {
  /** The VM. */
  Vm vm();

  /** Its time here. */
  Tenure tenure();

  /** Whether it is what its record says, now. */
  boolean intact();

  /** Lets go of it: the next daemon will have it. */
  void letGo();

  /** Ends it; a second call does nothing. */
  void end();
}
