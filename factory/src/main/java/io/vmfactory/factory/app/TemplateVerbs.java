package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.events.EventBus;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.templates.TemplateCatalogue;
import io.vmfactory.factory.templates.TemplateNames;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.TemplateKey;
import java.util.List;

/** The verbs of templates. */
final class TemplateVerbs implements TemplateDesk {
  private final CreateTemplate createTemplate;
  private final TemplateNames names;
  private final TemplateCatalogue catalogue;
  private final EventBus events;

  TemplateVerbs(
      CreateTemplate createTemplate,
      TemplateNames names,
      TemplateCatalogue catalogue,
      EventBus events) {
    this.createTemplate = createTemplate;
    this.names = names;
    this.catalogue = catalogue;
    this.events = events;
  }

  @Override
  public TemplateInfo create(TemplateRequest request, Deadline deadline) {
    return createTemplate.run(request, deadline);
  }

  @Override
  public List<TemplateInfo> list() {
    return catalogue.list();
  }

  @Override
  public String delete(String prefix, Deadline deadline) {
    TemplateKey key = names.resolve(prefix).key();
    catalogue.delete(key, deadline);
    events.emit(Kind.TEMPLATE_DELETED, "", "", key.hex(), "");
    return key.hex();
  }
}
