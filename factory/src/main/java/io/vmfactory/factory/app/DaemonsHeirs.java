package io.vmfactory.factory.app;

import io.vmfactory.factory.app.journal.VmRecord;
import io.vmfactory.factory.recovery.Heir;
import io.vmfactory.factory.recovery.Heirs;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.vmm.VmSpec;
import java.util.List;

/** Who in this daemon takes over the VMs of earlier ones: the lease book and the stock. */
final class DaemonsHeirs implements Heirs {
  private final List<TemplateInfo> stored;
  private final VmSpec configured;
  private final LeaseBook leases;
  private final Admission admission;
  private final StockHeirs stock;
  private final Failures failures;

  /**
   * @param stored the templates there are
   */
  DaemonsHeirs(
      List<TemplateInfo> stored,
      VmSpec configured,
      LeaseBook leases,
      Admission admission,
      StockHeirs stock,
      Failures failures) {
    this.stored = stored;
    this.configured = configured;
    this.leases = leases;
    this.admission = admission;
    this.stock = stock;
    this.failures = failures;
  }

  /** Its template's; of a VM without one, or whose template is gone, the best guess there is. */
  @Override
  public VmSpec spec(VmRecord record) {
    return stored.stream()
        .filter(t -> t.usable() && t.key().hex().equals(record.templateKey()))
        .findFirst()
        .map(TemplateInfo::spec)
        .orElseGet(() -> configured.withBoot(record.sizing()));
  }

  @Override
  public Heir expect(VmRecord record) {
    return record.state() == VmRecord.State.LEASED
        ? new LeaseHeir(leases, record, admission.enterAnyway())
        : stock.of(record, why -> tell(record.id(), why));
  }

  @Override
  public void died(VmRecord record) {
    leases.lost(record, "ended while no daemon was there");
  }

  @Override
  public void tell(String vmId, String what) {
    failures.record("taking over", vmId, what);
  }
}
