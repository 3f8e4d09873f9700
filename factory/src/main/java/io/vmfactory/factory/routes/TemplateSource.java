package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.request.HostMemory;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.templates.TemplateChooser;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.factory.vm.NewVm;
import io.vmfactory.factory.vm.VmStarter;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.TemplateKey;
import io.vmfactory.template.Templates;

/** A new clone of a template: PAUSED. */
public final class TemplateSource implements VmSource {
  private final TemplateChooser chooser;
  private final Templates templates;
  private final VmStarter starter;
  private final HostMemory memory;

  public TemplateSource(
      TemplateChooser chooser, Templates templates, VmStarter starter, HostMemory memory) {
    this.chooser = chooser;
    this.templates = templates;
    this.starter = starter;
    this.memory = memory;
  }

  @Override
  public Route route() {
    return Route.TEMPLATE;
  }

  @Override
  public void check(Order order) {
    chooser.chooseWithin(memory, order);
  }

  @Override
  public HostedVm make(Order order, Laps laps, Deadline deadline) {
    TemplateInfo template = chooser.chooseWithin(memory, order);
    TemplateKey key = template.key();
    try (NewVm fresh = starter.begin(route().name(), key.hex(), template.spec().boot())) {
      return fresh.started(templates.restore(key, fresh.id(), fresh.folder(), laps, deadline));
    }
  }
}
