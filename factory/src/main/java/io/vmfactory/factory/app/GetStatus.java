package io.vmfactory.factory.app;

import io.vmfactory.factory.events.Failures;
import io.vmfactory.factory.lease.Holding;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.routes.Served;
import io.vmfactory.factory.stock.Stock;
import io.vmfactory.factory.templates.TemplateCatalogue;
import io.vmfactory.factory.templates.TemplateNames;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.vmm.HypervisorInfo;
import java.time.Instant;
import java.util.List;

/** Says what the daemon holds. */
final class GetStatus {
  private final Instant startedAt;
  private final HypervisorInfo hypervisor;
  private final TemplateCatalogue templates;
  private final TemplateNames names;
  private final VmList vms;
  private final Failures failures;
  private final Served served;
  private final Stock stock;

  GetStatus(
      Instant startedAt,
      HypervisorInfo hypervisor,
      TemplateCatalogue templates,
      TemplateNames names,
      VmList vms,
      Failures failures,
      Served served,
      Stock stock) {
    this.startedAt = startedAt;
    this.hypervisor = hypervisor;
    this.templates = templates;
    this.names = names;
    this.vms = vms;
    this.failures = failures;
    this.served = served;
    this.stock = stock;
  }

  Status run(Peer client, Control.Detail detail) {
    List<TemplateInfo> stored = templates.list();
    List<Holding> held = vms.held(client);
    return new Status(
        startedAt,
        hypervisor,
        names.visible(client, stored),
        stored.stream().filter(templates::current).map(t -> t.key().hex()).toList(),
        vms.views(held, detail),
        held.stream().map(Holding::lease).toList(),
        failures.all().stream().filter(f -> client.maySee(f.owner(), f.vmId())).toList(),
        served.all(),
        stock.views(),
        stock.restores(),
        vms.givenAway(client),
        vms.suspended(client));
  }
}
