package io.vmfactory.factory.stock;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.vm.VmUndo;
import io.vmfactory.template.Shell;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmPhase;

/**
 * A shell on stock: INCOMING.
 *
 * @param shell the process and the state it waits for
 * @param folder its sockets and logs
 * @param record what the journal says of it: SHELL
 * @param tenure its time here
 */
public record ShellVm(Shell shell, VmFolder folder, VmRecord record, Tenure tenure)
    implements StockedVm {
  /** One that comes onto the stock now. */
  public ShellVm(Shell shell, VmFolder folder, VmRecord record) {
    this(shell, folder, record, new Tenure());
  }

  /** This VM, no longer on stock: to be called by whoever takes it. */
  public ShellVm taken() {
    tenure.end();
    return this;
  }

  /** INCOMING to PAUSED, told as "load"; when this throws, nothing is left of it. */
  public void load(Laps laps, Deadline deadline) {
    try {
      shell.load(laps, deadline);
    } catch (RuntimeException e) {
      end(); // the shell killed it; a cancelled thread may not have waited for its end
      throw e;
    }
  }

  @Override
  public Vm vm() {
    return shell.vm();
  }

  @Override
  public boolean intact() {
    return vm().phase() == VmPhase.INCOMING;
  }

  @Override
  public void letGo() {
    // nothing of ours is connected to its guest
  }

  @Override
  public void end() {
    VmUndo.kill(vm());
  }
}
