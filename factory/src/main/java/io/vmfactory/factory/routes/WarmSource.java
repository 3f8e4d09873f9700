package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.request.HostMemory;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.stock.Stock;
import io.vmfactory.factory.stock.WarmVm;
import io.vmfactory.factory.templates.TemplateChooser;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.pool.Claim;
import io.vmfactory.template.TemplateInfo;

/**
 * Takes a warm VM off the stock: PAUSED, unique, its agent connected. Never waits for a warm VM.
 */
public final class WarmSource implements VmSource {
  private final TemplateChooser chooser;
  private final Stock stock;
  private final HostMemory memory;
  private final WallClock clock;

  public WarmSource(TemplateChooser chooser, Stock stock, HostMemory memory, WallClock clock) {
    this.chooser = chooser;
    this.stock = stock;
    this.memory = memory;
    this.clock = clock;
  }

  @Override
  public Route route() {
    return Route.WARM;
  }

  @Override
  public HostedVm make(Order order, Laps laps, Deadline deadline) {
    TemplateInfo template = chooser.choose(order);
    if (!template.spec().boot().shortOf(order.wanted()).isZero()) {
      memory.requireGrowth(template, order); // what it has besides, it has already
    }
    Claim<WarmVm> claim =
        stock
            .claimWarm(template.key())
            .orElseThrow(() -> Refusals.notPossible(stock.shortage(template.key(), Tier.WARM)));
    HostedVm warm = claim.take().taken().hosted();
    warm.taken(clock.now());
    warm.failed().thenAccept(failure -> Blame.on(claim, failure));
    laps.lap("claim");
    return warm;
  }
}
