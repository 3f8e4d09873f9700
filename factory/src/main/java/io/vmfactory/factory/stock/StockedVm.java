package io.vmfactory.factory.stock;

import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.vmm.Vm;

/** A VM on stock, of either tier. */
sealed interface StockedVm permits ShellVm, WarmVm {
  HostedVm hosted();

  /** Its time here. */
  Tenure tenure();

  /** Whether it is what its record says, now. */
  boolean intact();

  default Vm vm() {
    return hosted().vm();
  }

  /** Leaves it for the next daemon. */
  default void letGo() {
    hosted().closeAgent();
  }

  /** Ends it; a second call does nothing. */
  default void end() {
    hosted().end();
  }
}
