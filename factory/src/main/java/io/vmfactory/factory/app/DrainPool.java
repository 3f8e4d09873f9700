package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.events.EventBus;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.stock.PoolView;
import io.vmfactory.factory.stock.Stock;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Ends the idle VMs and keeps none until the pools are resized. */
final class DrainPool implements UseCase<String, List<PoolView>> {
  private final PoolNames names;
  private final Stock stock;
  private final EventBus events;

  DrainPool(PoolNames names, Stock stock, EventBus events) {
    this.names = names;
    this.stock = stock;
    this.events = events;
  }

  /** Past the deadline the pools go on draining. */
  @Override
  public List<PoolView> run(String templateKey, Deadline deadline) {
    try {
      List<PoolView> pools =
          deadline.await(stock.drain(names.resolve(templateKey)), "the pools to drain");
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
}
