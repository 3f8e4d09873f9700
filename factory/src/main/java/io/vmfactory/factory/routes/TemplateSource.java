package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.request.HostMemory;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.templates.TemplateChooser;
import io.vmfactory.factory.vm.Nursery;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.Templates;

/** A new clone of a template: PAUSED. */
public final class TemplateSource implements VmSource {
  private final TemplateChooser chooser;
  private final Templates templates;
  private final Nursery nursery;
  private final HostMemory memory;

  public TemplateSource(
      TemplateChooser chooser, Templates templates, Nursery nursery, HostMemory memory) {
    this.chooser = chooser;
    this.templates = templates;
    this.nursery = nursery;
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
  public MadeVm make(Order order, Laps laps, Deadline deadline) {
    TemplateInfo template = chooser.chooseWithin(memory, order);
    Nursery.VmStarter restore =
        (id, folder) -> templates.restore(template.key(), id, folder, laps, deadline);
    return MadeVm.of(
        route(),
        nursery.make(route().name(), template.key().hex(), template.spec().boot(), restore));
  }
}
