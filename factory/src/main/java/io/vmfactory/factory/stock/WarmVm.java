package io.vmfactory.factory.stock;

import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.vm.VmUndo;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmPhase;

/**
 * A warm VM on stock: PAUSED, unique, its agent connected. It has never run anything for a
 * customer.
 *
 * @param vm the VM
 * @param agent the connection over which it answered; kept open until the VM is handed out, because
 *     the first call of another would cost a round trip through the guest
 * @param folder its sockets and logs
 * @param record what the journal says of it: WARM
 * @param tenure its time here
 */
public record WarmVm(Vm vm, GuestAgent agent, VmFolder folder, VmRecord record, Tenure tenure)
    implements StockedVm {
  /** One that comes onto the stock now. */
  public WarmVm(Vm vm, GuestAgent agent, VmFolder folder, VmRecord record) {
    this(vm, agent, folder, record, new Tenure());
  }

  /** This VM, no longer on stock: to be called by whoever takes it. */
  public WarmVm taken() {
    tenure.end();
    return this;
  }

  @Override
  public boolean intact() {
    return vm.phase() == VmPhase.PAUSED;
  }

  @Override
  public void letGo() {
    agent.close();
  }

  @Override
  public void end() {
    agent.close();
    VmUndo.kill(vm);
  }
}
