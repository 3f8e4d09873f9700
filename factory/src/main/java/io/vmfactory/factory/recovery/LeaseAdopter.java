package io.vmfactory.factory.recovery;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.journal.VmRecord.LeaseEntry;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.routes.Admission;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;

/** Takes over one leased VM: lease, place and supervision continue as before. */
final class LeaseAdopter implements Adopter {
  /** A VM on a busy host gets much more time than the start of the daemon waits. */
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final LeaseBook leases;
  private final VmRecord record;
  private final LeaseEntry lease;
  private final Admission.Place place;

  /**
   * @throws VmmException if status could not show the VM
   */
  LeaseAdopter(LeaseBook leases, VmRecord record, Admission admission) {
    requireKnownRoute(record);
    this.leases = leases;
    this.record = record;
    this.lease = Objects.requireNonNull(record.lease());
    this.place = admission.enterAnyway(LeaseBook.owner(lease), record.memoryMib());
    if (record.route().equals(Route.FORK.name()) && !record.templateDigest().isEmpty()) {
      place.shares(record.templateDigest(), record.memoryMib());
    }
    leases.expect(lease);
  }

  private static void requireKnownRoute(VmRecord record) {
    if (Arrays.stream(Route.values()).noneMatch(route -> route.name().equals(record.route()))) {
      throw new VmmException(
          Reason.FAILED,
          "the record names route \"%s\", which this daemon does not know"
              .formatted(record.route()));
    }
  }

  @Override
  public Duration limit() {
    return LIMIT;
  }

  @Override
  public boolean hasCustomer() {
    return true;
  }

  @Override
  public boolean take(HostedVm hosted, Deadline deadline) {
    leases.adopt(hosted, lease, place);
    return true;
  }

  @Override
  public void lost(String why) {
    place.close();
    leases.lost(record, why);
  }
}
