package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.app.Events.Kind;
import io.vmfactory.template.TemplateKey;
import io.vmfactory.template.Templates;

/** Removes a template, named by its key or a prefix of it. Answers the whole key. */
final class DeleteTemplate implements UseCase<String, String> {
  private final TemplateNames names;
  private final Templates templates;
  private final EventBus events;

  DeleteTemplate(TemplateNames names, Templates templates, EventBus events) {
    this.names = names;
    this.templates = templates;
    this.events = events;
  }

  @Override
  public String run(String prefix, Deadline deadline) {
    TemplateKey key = names.resolve(prefix).key();
    templates.delete(key);
    events.emit(Kind.TEMPLATE_DELETED, "", "", key.hex(), "");
    return key.hex();
  }
}
