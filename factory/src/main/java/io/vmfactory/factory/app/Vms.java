package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.request.ForkRequest;
import io.vmfactory.factory.request.GrantedFork;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.vmm.VmId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What clients can ask about VMs and their leases. */
public interface Vms {
  /** Hands out a running, unique VM with a lease. */
  GrantedVm get(Peer client, VmRequest request, Deadline deadline);

  /**
   * Gives away a paused VM: it has no lease, and the daemon no longer looks after it. What the
   * request says about lease and guest is ignored. Only root and the daemon's own user can end such
   * a VM and remove its folder, so only they can have one.
   */
  GrantedVm getBase(Peer client, VmRequest request, Deadline deadline);

  /** Makes clones of a leased VM that runs, and leases them; all or none. */
  GrantedFork fork(Peer client, ForkRequest request, Deadline deadline);

  /**
   * Makes a lease of this client last {@code ttl} from now.
   *
   * @param ttl null = as long as before
   */
  Lease renew(Peer client, LeaseId lease, @Nullable Duration ttl);

  /**
   * Ends a lease of this client and its VM; the VM is gone when this returns. Returns which VM it
   * was.
   */
  VmId release(Peer client, LeaseId lease);

  /** Ends a VM that {@link #getBase} gave away to a client that never had the answer. */
  void endUnclaimed(VmId vm);
}
