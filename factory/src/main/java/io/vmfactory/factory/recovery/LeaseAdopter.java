package io.vmfactory.factory.recovery;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.journal.VmRecord.LeaseEntry;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.routes.Admission;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/** Takes over one leased VM: lease, place and supervision continue as before. */
final class LeaseAdopter implements Adopter {
  /** A customer's VM on a busy host gets much more time than the start of the daemon waits. */
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final LeaseBook leases;
  private final VmRecord record;
  private final LeaseEntry lease;
  private final Admission.Place place;

  LeaseAdopter(LeaseBook leases, VmRecord record, Admission.Place place) {
    this.leases = leases;
    this.record = record;
    this.lease = Objects.requireNonNull(record.lease());
    this.place = place;
    leases.expect(lease);
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
  public boolean take(Vm vm, VmFolder folder, Deadline deadline) {
    if (vm.phase() == VmPhase.INCOMING) {
      throw new VmmException(Reason.FAILED, "it is leased but has no device state");
    }
    leases.adopt(vm, view(vm, folder), record, lease, place);
    return true;
  }

  /** Returns the VM as its customer saw it. */
  private VmView view(Vm vm, VmFolder folder) {
    return new VmView(
        vm.identity(),
        vm.phase(),
        folder,
        record.sizing(),
        record.templateKey(),
        record.hostname(),
        Route.valueOf(record.route()),
        Instant.parse(record.madeAt()),
        null);
  }

  @Override
  public void lost(String why) {
    place.close();
    leases.lost(record, why);
  }
}
