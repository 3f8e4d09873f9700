package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.events.EventBus;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.templates.TemplateCatalogue;
import io.vmfactory.factory.templates.TemplateNames;
import io.vmfactory.template.TemplateKey;

/**
 * Removes a template, named by its key or a prefix of it, and ends the VMs that are kept of it.
 * Answers the whole key.
 */
final class DeleteTemplate implements UseCase<String, String> {
  private final TemplateNames names;
  private final TemplateCatalogue catalogue;
  private final EventBus events;

  DeleteTemplate(TemplateNames names, TemplateCatalogue catalogue, EventBus events) {
    this.names = names;
    this.catalogue = catalogue;
    this.events = events;
  }

  @Override
  public String run(String prefix, Deadline deadline) {
    TemplateKey key = names.resolve(prefix).key();
    catalogue.delete(key, deadline);
    events.emit(Kind.TEMPLATE_DELETED, "", "", key.hex(), "");
    return key.hex();
  }
}
