package io.vmfactory.factory.stock;

import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.template.TemplateKey;

/** Receives the news of the stock. Called by any thread; must not block. */
public interface StockListener {
  /** A pool has reached its target and makes or ends no VM now. */
  void filled(TemplateKey template, Tier tier);

  /** A pool cannot make VMs and will try again later. Called once, until it has healed. */
  void failing(TemplateKey template, Tier tier, Throwable cause);

  /** A pool can make VMs again. */
  void healed(TemplateKey template, Tier tier);

  /**
   * Something failed with an idle VM. Called once for a run of failures of one kind.
   *
   * @param vmId empty = the VM was never made
   */
  void failed(String what, String vmId, Throwable cause);
}
