package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.request.HostMemory;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.stock.ShellVm;
import io.vmfactory.factory.stock.Stock;
import io.vmfactory.factory.templates.TemplateChooser;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.pool.Claim;
import io.vmfactory.template.TemplateInfo;

/** Takes a shell off the stock and loads its state: PAUSED. Never waits for a shell. */
public final class ShellSource implements VmSource {
  private final TemplateChooser chooser;
  private final Stock stock;
  private final HostMemory memory;
  private final WallClock clock;

  public ShellSource(TemplateChooser chooser, Stock stock, HostMemory memory, WallClock clock) {
    this.chooser = chooser;
    this.stock = stock;
    this.memory = memory;
    this.clock = clock;
  }

  @Override
  public Route route() {
    return Route.SHELL;
  }

  @Override
  public void check(Order order) {
    chooser.chooseWithin(memory, order);
  }

  @Override
  public HostedVm make(Order order, Laps laps, Deadline deadline) {
    TemplateInfo template = chooser.chooseWithin(memory, order);
    Claim<ShellVm> claim =
        stock
            .claimShell(template.key())
            .orElseThrow(() -> Refusals.notPossible(stock.shortage(template.key(), Tier.SHELL)));
    ShellVm shell = claim.take().taken();
    laps.lap("claim");
    load(shell, claim, laps, deadline);
    HostedVm hosted = shell.hosted();
    hosted.taken(clock.now());
    hosted.failed().thenAccept(failure -> Blame.on(claim, failure));
    return hosted;
  }

  private static void load(ShellVm shell, Claim<ShellVm> claim, Laps laps, Deadline deadline) {
    try {
      shell.load(laps, deadline);
    } catch (RuntimeException e) {
      Blame.on(claim, e);
      throw e;
    }
  }
}
