package io.vmfactory.factory.stock;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.pool.Claim;
import io.vmfactory.pool.WarmPool;
import java.util.concurrent.CompletionStage;

/** Makes warm VMs of one template out of its shells. */
final class WarmMaker extends RefillMaker<WarmVm> {
  private final WarmPool<ShellVm> shells;
  private final StockParts kit;
  private final StockWorkers workers;

  WarmMaker(
      WarmPool<ShellVm> shells,
      StockParts kit,
      StockWorkers workers,
      RefillFailures complaints,
      Budget.Account account) {
    super(Tier.WARM, kit.observer(), workers, complaints, account);
    this.shells = shells;
    this.kit = kit;
    this.workers = workers;
  }

  /**
   * Claims a shell first, then waits for a turn: a shell needs a turn to be made, so a holder of a
   * turn must not wait for one.
   */
  @Override
  CompletionStage<WarmVm> make(Laps laps, Deadline limit) {
    return shells
        .claimLater(limit)
        .thenCompose(
            shell ->
                workers
                    .inTurn(limit, () -> warm(shell, laps, limit))
                    .whenComplete((made, failure) -> shell.undo()));
  }

  private WarmVm warm(Claim<ShellVm> claim, Laps laps, Deadline limit) {
    ShellVm shell = claim.take().taken();
    laps.lap("turn");
    shell.load(laps, limit.min(kit.answerLimit()));
    HostedVm hosted = shell.hosted();
    try {
      Deadline answer = limit.min(kit.answerLimit());
      hosted.keep(kit.gate().rehearse(hosted, laps, answer, limit).await());
      hosted.vm().stop(limit.min(kit.answerLimit()));
      laps.lap("stop");
      hosted.warm(shell.shell().digest());
      return new WarmVm(hosted);
    } catch (RuntimeException e) {
      throw hosted.end(e);
    }
  }
}
