package io.vmfactory.factory.app;

import io.vmfactory.factory.events.EventBus;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.events.Failures;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.stock.StockListener;
import io.vmfactory.template.TemplateKey;

/** Turns the news of the stock into events and recorded failures. */
public final class StockNews implements StockListener {
  private final EventBus events;
  private final Failures failures;

  public StockNews(EventBus events, Failures failures) {
    this.events = events;
    this.failures = failures;
  }

  @Override
  public void filled(TemplateKey template, Tier tier) {
    emit(Kind.POOL_FILLED, template, tier.toString());
  }

  @Override
  public void failing(TemplateKey template, Tier tier, Throwable cause) {
    emit(Kind.POOL_FAILING, template, tier + ": " + cause.getMessage());
  }

  @Override
  public void healed(TemplateKey template, Tier tier) {
    emit(Kind.POOL_HEALED, template, tier.toString());
  }

  @Override
  public void failed(String what, String vmId, Throwable cause) {
    failures.recordOwn(what, vmId, cause);
  }

  private void emit(Kind kind, TemplateKey template, String detail) {
    events.emit(kind, "", "", template.hex(), detail);
  }
}
