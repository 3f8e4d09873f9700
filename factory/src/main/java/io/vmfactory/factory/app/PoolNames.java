package io.vmfactory.factory.app;

import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.stock.Stock;
import io.vmfactory.factory.templates.TemplateNames;
import io.vmfactory.template.TemplateKey;
import org.jspecify.annotations.Nullable;

/** Finds the pools somebody means. */
final class PoolNames {
  private final TemplateNames templates;
  private final Stock stock;

  PoolNames(TemplateNames templates, Stock stock) {
    this.templates = templates;
    this.stock = stock;
  }

  /** The template whose pools are meant; null = all. */
  @Nullable TemplateKey resolve(String prefix) {
    if (prefix.isEmpty()) {
      return null;
    }
    TemplateKey key = templates.resolve(prefix).key();
    if (!stock.keeps(key)) {
      throw Refusals.notPossible(
          "no VMs are kept of template %s: it does not fit the configuration as it stands"
              .formatted(key.shortened()));
    }
    return key;
  }
}
