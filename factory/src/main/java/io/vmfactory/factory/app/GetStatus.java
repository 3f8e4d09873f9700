package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.events.Failures;
import io.vmfactory.factory.gate.RestoreTurns;
import io.vmfactory.factory.lease.Holding;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.routes.Served;
import io.vmfactory.factory.stock.Stock;
import io.vmfactory.factory.templates.TemplateChooser;
import io.vmfactory.factory.vm.MemoryMeter;
import io.vmfactory.factory.vm.VmMemory;
import io.vmfactory.template.TemplateException;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.Templates;
import io.vmfactory.vmm.HypervisorInfo;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the daemon holds; asked with true, the memory of each VM is measured. */
final class GetStatus implements UseCase<Boolean, Status> {
  private final Instant startedAt;
  private final HypervisorInfo hypervisor;
  private final Templates templates;
  private final TemplateChooser chooser;
  private final Books books;
  private final MemoryMeter meter;

  /** What the daemon keeps of its VMs, and where it keeps them. */
  record Books(
      LeaseBook leases, Failures failures, Served served, Stock stock, RestoreTurns gate) {}

  GetStatus(
      Instant startedAt,
      HypervisorInfo hypervisor,
      Templates templates,
      TemplateChooser chooser,
      Books books,
      MemoryMeter meter) {
    this.startedAt = startedAt;
    this.hypervisor = hypervisor;
    this.templates = templates;
    this.chooser = chooser;
    this.books = books;
    this.meter = meter;
  }

  @Override
  public Status run(Boolean withMemory, Deadline deadline) {
    List<TemplateInfo> stored = templates.list();
    List<Holding> held = books.leases().all();
    return new Status(
        startedAt,
        hypervisor,
        stored,
        stored.stream().filter(this::isDefault).map(t -> t.key().hex()).toList(),
        held.stream().map(h -> h.now(withMemory ? measure(h) : null)).toList(),
        held.stream().map(Holding::lease).toList(),
        books.failures().all(),
        books.served().all(),
        books.stock().views(),
        books.gate().stats());
  }

  private @Nullable VmMemory measure(Holding holding) {
    VmView vm = holding.view();
    return meter.measure(vm.identity().pid(), vm.sizing().memoryMib());
  }

  private boolean isDefault(TemplateInfo template) {
    try {
      return chooser.current(template);
    } catch (TemplateException e) {
      return false; // kernel or initrd unreadable: nothing fits what cannot be made
    }
  }
}
