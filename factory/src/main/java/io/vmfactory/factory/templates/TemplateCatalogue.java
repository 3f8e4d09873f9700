package io.vmfactory.factory.templates;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.stock.Stock;
import io.vmfactory.template.BuildListener;
import io.vmfactory.template.TemplateException;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.TemplateKey;
import io.vmfactory.template.Templates;
import io.vmfactory.vmm.VmSpec;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The templates together with the VMs kept in stock for them: a change of one changes both. */
public final class TemplateCatalogue {
  private final Templates templates;
  private final TemplateChooser chooser;
  private final Stock stock;

  public TemplateCatalogue(Templates templates, TemplateChooser chooser, Stock stock) {
    this.templates = templates;
    this.chooser = chooser;
    this.stock = stock;
  }

  /** Lists all templates in the store. */
  public List<TemplateInfo> list() {
    return templates.list();
  }

  /** See {@link Templates#keyOf}. */
  public TemplateKey keyOf(VmSpec spec) {
    return templates.keyOf(spec);
  }

  /** Whether there is a usable template with that key. */
  public boolean usable(TemplateKey key) {
    return templates.list().stream().anyMatch(t -> t.usable() && t.key().equals(key));
  }

  /** Builds a template and loads it into memory; the stock begins to fill. */
  public TemplateInfo build(VmSpec spec, BuildListener listener, Deadline deadline) {
    TemplateInfo info = templates.build(spec, listener, deadline);
    templates.load(info.key(), deadline);
    sync();
    return info;
  }

  /** Deletes a template; its idle VMs have ended when this returns. */
  public void delete(TemplateKey key, Deadline deadline) {
    templates.delete(key);
    deadline.await(sync(), "the idle VMs of the template to end");
  }

  /**
   * Makes the stock keep VMs of every template that serves requests, and of no other.
   *
   * @return ends when the VMs of all other templates have ended
   */
  public CompletionStage<Void> sync() {
    List<TemplateInfo> current =
        templates.list().stream().filter(t -> t.usable() && current(t)).toList();
    return stock.sync(current);
  }

  /** Whether {@code template} fits the configuration as it stands. */
  public boolean current(TemplateInfo template) {
    try {
      return chooser.current(template);
    } catch (TemplateException e) {
      return false; // Kernel or initrd is unreadable: the template serves no request either.
    }
  }
}
