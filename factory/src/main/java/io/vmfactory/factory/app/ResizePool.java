package io.vmfactory.factory.app;

import io.vmfactory.configs.PoolConfig;
import io.vmfactory.configs.PoolConfig.Count;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.app.UseCases.PoolResize;
import io.vmfactory.factory.events.EventBus;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.stock.PoolView;
import io.vmfactory.factory.stock.Stock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Changes how many VMs are kept, until this daemon ends; fills again what was drained. */
final class ResizePool implements UseCase<PoolResize, List<PoolView>> {
  /** As in the configuration. */
  private static final int MOST = 4096;

  private final PoolNames names;
  private final Stock stock;
  private final EventBus events;

  ResizePool(PoolNames names, Stock stock, EventBus events) {
    this.names = names;
    this.stock = stock;
    this.events = events;
  }

  @Override
  public List<PoolView> run(PoolResize request, Deadline deadline) {
    if (request.warm() == null && request.shells() == null) {
      throw Refusals.invalid("neither warm nor shells: name the number that shall change");
    }
    check("warm", request.warm());
    check("shells", request.shells());
    List<PoolView> pools =
        stock.resize(names.resolve(request.templateKey()), request.warm(), request.shells());
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
}
