package io.vmfactory.factory.recovery;

import io.vmfactory.factory.events.Failures;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.journal.VmRecord.LeaseEntry;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.routes.Admission;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmIdentity;
import io.vmfactory.vmm.VmSpec;
import java.util.List;

/** Takes over the VMs of earlier daemons for the lease book and the stock of this one. */
public final class DaemonAdopters implements Adopters {
  private final List<TemplateInfo> stored;
  private final VmSpec configured;
  private final LeaseBook leases;
  private final Admission admission;
  private final StockAdopters stock;
  private final Failures failures;

  /**
   * @param stored all templates in the store
   */
  public DaemonAdopters(
      List<TemplateInfo> stored,
      VmSpec configured,
      LeaseBook leases,
      Admission admission,
      StockAdopters stock,
      Failures failures) {
    this.stored = stored;
    this.configured = configured;
    this.leases = leases;
    this.admission = admission;
    this.stock = stock;
    this.failures = failures;
  }

  /**
   * Returns the spec of the VM's template; without a template, or if it is gone, the best guess.
   */
  @Override
  public VmSpec spec(VmRecord record) {
    return stored.stream()
        .filter(t -> t.usable() && t.key().hex().equals(record.templateKey()))
        .findFirst()
        .map(TemplateInfo::spec)
        .orElseGet(() -> configured.withBoot(record.sizing()));
  }

  @Override
  public Adopter expect(VmRecord record) {
    if (isSuspended(record)) {
      return new SuspendedAdopter(why -> tell(record.id(), why));
    }
    return record.state() == VmRecord.State.LEASED
        ? new LeaseAdopter(leases, record, admission)
        : stock.of(record, why -> tell(record.id(), why));
  }

  @Override
  public void countGivenAway(VmFolder folder, VmRecord record, VmIdentity process) {
    admission.countGivenAway(VmView.ofBase(process, folder, record, Route.valueOf(record.route())));
  }

  @Override
  public void died(VmRecord record) {
    if (!isSuspended(record)) {
      leases.lost(record, "ended while no daemon was running");
    }
  }

  private boolean isSuspended(VmRecord record) {
    LeaseEntry lease = record.lease();
    return lease != null && leases.isSuspended(lease);
  }

  @Override
  public void tell(String vmId, String what) {
    failures.record("taking over", vmId, what);
  }
}
