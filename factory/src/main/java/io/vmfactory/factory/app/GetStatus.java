package io.vmfactory.factory.app;

import io.vmfactory.factory.events.Failures;
import io.vmfactory.factory.lease.Holding;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.factory.routes.Served;
import io.vmfactory.factory.stock.Stock;
import io.vmfactory.factory.templates.TemplateCatalogue;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.factory.vm.MemoryMeter;
import io.vmfactory.factory.vm.VmMemory;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.vmm.HypervisorInfo;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says what the daemon holds. */
final class GetStatus {
  private final Instant startedAt;
  private final HypervisorInfo hypervisor;
  private final TemplateCatalogue templates;
  private final LeaseBook leases;
  private final Failures failures;
  private final Served served;
  private final Stock stock;
  private final MemoryMeter meter;

  GetStatus(
      Instant startedAt,
      HypervisorInfo hypervisor,
      TemplateCatalogue templates,
      LeaseBook leases,
      Failures failures,
      Served served,
      Stock stock,
      MemoryMeter meter) {
    this.startedAt = startedAt;
    this.hypervisor = hypervisor;
    this.templates = templates;
    this.leases = leases;
    this.failures = failures;
    this.served = served;
    this.stock = stock;
    this.meter = meter;
  }

  Status run(Control.Detail detail) {
    boolean withMemory = detail == Control.Detail.WITH_MEMORY;
    List<TemplateInfo> stored = templates.list();
    List<Holding> held = leases.all();
    return new Status(
        startedAt,
        hypervisor,
        stored,
        stored.stream().filter(templates::current).map(t -> t.key().hex()).toList(),
        held.stream().map(h -> VmView.of(h.vm(), withMemory ? measure(h.vm()) : null)).toList(),
        held.stream().map(Holding::lease).toList(),
        failures.all(),
        served.all(),
        stock.views(),
        stock.restores());
  }

  private @Nullable VmMemory measure(HostedVm vm) {
    return meter.measure(vm.vm().identity().pid(), vm.sizing().memoryMib());
  }
}
