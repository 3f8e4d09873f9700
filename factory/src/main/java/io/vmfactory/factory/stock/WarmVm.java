package io.vmfactory.factory.stock;

import static java.util.Objects.requireNonNull;

import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.vmm.VmPhase;

/**
 * A warm VM on stock: PAUSED, unique, its agent connected. It has never run anything for a
 * customer. The connection over which it answered is kept open until the VM is handed out: the
 * first call of another connection would cost a round trip through the guest.
 *
 * @param hosted the VM, in the journal as WARM
 * @param tenure its time here
 */
public record WarmVm(HostedVm hosted, Tenure tenure) implements StockedVm {
  /** A warm VM that comes onto the stock now. */
  public WarmVm(HostedVm hosted) {
    this(hosted, new Tenure());
  }

  /** Returns this VM, no longer on stock; to be called by its taker. */
  public WarmVm taken() {
    tenure.end();
    return this;
  }

  /** The connection to its agent. */
  GuestAgent agent() {
    return requireNonNull(hosted.agent(), "a warm VM has its agent connected");
  }

  @Override
  public boolean intact() {
    return vm().phase() == VmPhase.PAUSED;
  }
}
