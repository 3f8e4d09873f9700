package io.vmfactory.factory.stock;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.template.Shell;
import io.vmfactory.vmm.VmPhase;

/**
 * A shell on stock: INCOMING.
 *
 * @param hosted the VM, in the journal as SHELL
 * @param shell loads the state that it waits for
 * @param tenure its time here
 */
public record ShellVm(HostedVm hosted, Shell shell, Tenure tenure) implements StockedVm {
  /** A shell that comes onto the stock now. */
  public ShellVm(HostedVm hosted, Shell shell) {
    this(hosted, shell, new Tenure());
  }

  /** Returns this shell, no longer on stock; to be called by its taker. */
  public ShellVm taken() {
    tenure.end();
    return this;
  }

  /** Loads its state, lap "load": INCOMING to PAUSED. If this throws, nothing is left of it. */
  public void load(Laps laps, Deadline deadline) {
    try {
      shell.load(laps, deadline);
    } catch (RuntimeException e) {
      end(); // The shell killed it; a cancelled thread may not have waited for its end.
      throw e;
    }
  }

  @Override
  public boolean intact() {
    return vm().phase() == VmPhase.INCOMING;
  }
}
