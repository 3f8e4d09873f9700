package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.lease.LeaseBook;
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
  private final UnclaimedVms unclaimed;

  VmVerbs(
      GetVm getVm,
      GetBaseVm getBaseVm,
      ForkVm forkVm,
      Rules rules,
      LeaseBook leases,
      UnclaimedVms unclaimed) {
    this.forkVm = forkVm;
    this.getVm = getVm;
    this.getBaseVm = getBaseVm;
    this.rules = rules;
    this.leases = leases;
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
    if (ttl != null) {
      rules.ttl(ttl);
    }
    return leases.renew(client, lease, ttl);
  }

  @Override
  public VmId release(Peer client, LeaseId lease) {
    return leases.release(client, lease);
  }

  @Override
  public void endUnclaimed(VmId vm) {
    unclaimed.end(vm);
  }
}
