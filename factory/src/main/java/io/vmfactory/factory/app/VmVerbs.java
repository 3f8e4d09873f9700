package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.lease.SuspendedLeases;
import io.vmfactory.factory.recovery.UnclaimedVms;
import io.vmfactory.factory.request.ForkRequest;
import io.vmfactory.factory.request.GrantedFork;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.factory.routes.Rules;
import io.vmfactory.vmm.VmId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The verbs of VMs and leases. */
final class VmVerbs implements Vms {
  private final GetVm getVm;
  private final GetBaseVm getBaseVm;
  private final ForkVm forkVm;
  private final Rules rules;
  private final LeaseBook leases;
  private final SuspendedLeases suspended;
  private final UnclaimedVms unclaimed;

  VmVerbs(
      GetVm getVm,
      GetBaseVm getBaseVm,
      ForkVm forkVm,
      Rules rules,
      LeaseBook leases,
      SuspendedLeases suspended,
      UnclaimedVms unclaimed) {
    this.forkVm = forkVm;
    this.getVm = getVm;
    this.getBaseVm = getBaseVm;
    this.rules = rules;
    this.leases = leases;
    this.suspended = suspended;
    this.unclaimed = unclaimed;
  }

  @Override
  public GrantedVm get(Peer client, VmRequest request, Deadline deadline) {
    return getVm.run(client, request, deadline);
  }

  @Override
  public GrantedVm getBase(Peer client, VmRequest request, Deadline deadline) {
    return getBaseVm.run(client, request, deadline);
  }

  @Override
  public GrantedFork fork(Peer client, ForkRequest request, Deadline deadline) {
    return forkVm.run(client, request, deadline);
  }

  @Override
  public Lease renew(Peer client, LeaseId lease, @Nullable Duration ttl) {
    if (suspended.find(client, lease).isPresent()) {
      return suspended.renew(client, lease, ttl == null ? null : rules.suspendedTtl(ttl));
    }
    if (ttl != null) {
      rules.ttl(ttl);
    }
    return leases.renew(client, lease, ttl);
  }

  @Override
  public VmId release(Peer client, LeaseId lease) {
    return suspended.find(client, lease).isPresent()
        ? suspended.release(client, lease)
        : leases.release(client, lease);
  }

  @Override
  public void endUnclaimed(VmId vm) {
    unclaimed.end(vm);
  }
}
