package io.vmfactory.factory.app;

import io.vmfactory.configs.PoolConfig;
import io.vmfactory.configs.PoolConfig.Count;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.app.PoolDesk.PoolResize;
import io.vmfactory.factory.events.EventBus;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.TemplateView;
import io.vmfactory.factory.stock.PoolView;
import io.vmfactory.factory.stock.Stock;
import io.vmfactory.factory.templates.TemplateNames;
import io.vmfactory.template.TemplateKey;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** The verbs of the pools. */
final class PoolVerbs implements PoolDesk {
  /** As in the configuration. */
  private static final int MOST = 4096;

  private final TemplateNames names;
  private final Stock stock;
  private final EventBus events;

  PoolVerbs(TemplateNames names, Stock stock, EventBus events) {
    this.names = names;
    this.stock = stock;
    this.events = events;
  }

  @Override
  public List<PoolView> resize(Peer client, PoolResize request) {
    if (request.warm() == null && request.shells() == null) {
      throw Refusals.invalid("neither warm nor shells: name at least one of them");
    }
    check("warm", request.warm());
    check("shells", request.shells());
    List<PoolView> pools =
        stock.resize(resolve(client, request.templateKey()), request.warm(), request.shells());
    pools.forEach(pool -> tell(pool));
    return pools;
  }

  private void tell(PoolView pool) {
    String detail = "%s: target %d".formatted(pool.tier(), pool.stats().aim().count());
    events.emit(Kind.POOL_RESIZED, "", "", pool.template().hex(), detail);
  }

  private static void check(String what, @Nullable Count count) {
    if (count instanceof PoolConfig.Fixed fixed) {
      within(what, fixed.count(), 0);
    } else if (count instanceof PoolConfig.Auto auto) {
      within(what + ".min", auto.min(), 0);
      within(what + ".max", auto.max(), auto.min());
    }
  }

  private static void within(String what, int value, int least) {
    if (value < least || value > MOST) {
      throw Refusals.invalid("%s = %d: must be %d..%d".formatted(what, value, least, MOST));
    }
  }

  @Override
  public List<PoolView> drain(Peer client, String templateKey, Deadline deadline) {
    try {
      List<PoolView> pools =
          deadline.await(stock.drain(resolve(client, templateKey)), "the pools to drain");
      pools.forEach(
          pool -> {
            String hex = pool.template().hex();
            events.emit(Kind.POOL_DRAINED, "", "", hex, pool.tier().toString());
          });
      return pools;
    } catch (CancellationException e) {
      throw Refusals.notPossible("the pools were filled again while they drained");
    }
  }

  /** Returns the template whose pools are meant; null = all. */
  private @Nullable TemplateKey resolve(Peer client, String template) {
    if (template.isEmpty()) {
      return null;
    }
    TemplateView found = names.resolve(client, template);
    if (!stock.keeps(found.key())) {
      throw Refusals.notPossible(
          "no VMs are kept of template %s: %s".formatted(found.label(), whyNone(found)));
    }
    return found.key();
  }

  private static String whyNone(TemplateView template) {
    if (!template.info().usable()) {
      return template.info().refused();
    }
    if (!template.owner().shared()) {
      return "it belongs to a user, and pools are of administrators' templates only";
    }
    return template.info().isBuilt()
        ? "it does not fit the configuration as it stands"
        : "it is not the version that the name means; vmfactory template rollback changes that";
  }
}
