package io.vmfactory.factory.stock;

import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.template.TemplateKey;

/** Is told what people should know of the stock. Called by whatever thread; must not block. */
public interface StockListener {
  /** A pool has come to its target and nothing is under way in it. */
  void filled(TemplateKey template, Tier tier);

  /** A pool cannot make VMs, backs off and will try again; told once, until it has healed. */
  void failing(TemplateKey template, Tier tier, Throwable cause);

  /** It can again. */
  void healed(TemplateKey template, Tier tier);

  /**
   * Something went wrong with a VM nobody had. Told once for a run of failures of one kind.
   *
   * @param vmId empty = it never came to be one
   */
  void failed(String what, String vmId, Throwable cause);
}
