package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.app.UseCases.Renewal;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.routes.Rules;

/** Moves a lease's expiry to now + ttl. */
final class RenewLease implements UseCase<Renewal, Lease> {
  private final Rules rules;
  private final LeaseBook leases;

  RenewLease(Rules rules, LeaseBook leases) {
    this.rules = rules;
    this.leases = leases;
  }

  @Override
  public Lease run(Renewal renewal, Deadline deadline) {
    if (renewal.ttl() != null) {
      rules.ttl(renewal.ttl());
    }
    return leases.renew(renewal.leaseId(), renewal.ttl());
  }
}
