package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.lease.SuspendedLeases;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.ResumedVm;
import io.vmfactory.factory.request.SuspendRequest;
import io.vmfactory.factory.request.Suspension;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.routes.Rules;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The verbs of VMs that rest: paused ones, and suspended ones. */
final class PauseVerbs implements Pauses {
  private final PauseVm pauseVm;
  private final SuspendVm suspendVm;
  private final ResumeSuspended resumeSuspended;
  private final Rules rules;
  private final LeaseBook leases;
  private final SuspendedLeases suspended;

  PauseVerbs(
      PauseVm pauseVm,
      SuspendVm suspendVm,
      ResumeSuspended resumeSuspended,
      Rules rules,
      LeaseBook leases,
      SuspendedLeases suspended) {
    this.pauseVm = pauseVm;
    this.suspendVm = suspendVm;
    this.resumeSuspended = resumeSuspended;
    this.rules = rules;
    this.leases = leases;
    this.suspended = suspended;
  }

  @Override
  public VmView pause(Peer client, LeaseId lease, Deadline deadline) {
    return pauseVm.pause(client, lease, deadline);
  }

  @Override
  public Suspension suspend(Peer client, SuspendRequest request, Deadline deadline) {
    return suspendVm.run(client, request, deadline);
  }

  @Override
  public ResumedVm resume(Peer client, LeaseId lease, @Nullable Duration asked, Deadline deadline) {
    Duration ttl = asked == null ? null : rules.ttl(asked);
    Optional<SuspendedLeases.Claim> claimed = suspended.claim(client, lease);
    if (claimed.isPresent()) {
      try (SuspendedLeases.Claim claim = claimed.get()) {
        return resumeSuspended.run(client, claim, ttl, deadline);
      }
    }
    GrantedVm resumed = pauseVm.resume(client, lease, deadline);
    return new ResumedVm(ttl == null ? resumed : renewed(client, resumed, ttl), null);
  }

  private GrantedVm renewed(Peer client, GrantedVm resumed, Duration ttl) {
    Lease lease = leases.renew(client, resumed.requireLease().id(), ttl);
    return new GrantedVm(resumed.vm(), lease, resumed.route(), "", resumed.hops());
  }
}
