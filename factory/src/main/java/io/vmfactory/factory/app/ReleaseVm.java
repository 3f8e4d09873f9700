package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.lease.LeaseBook;

/** Ends a lease, named by its id, and its VM. Answers the VM's id once the VM is gone. */
final class ReleaseVm implements UseCase<String, String> {
  private final LeaseBook leases;

  ReleaseVm(LeaseBook leases) {
    this.leases = leases;
  }

  @Override
  public String run(String leaseId, Deadline deadline) {
    return leases.release(leaseId).value();
  }
}
