package io.vmfactory.factory.stock;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.vm.UniquenessGate;
import io.vmfactory.factory.vm.VmUndo;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.pool.Claim;
import io.vmfactory.pool.WarmPool;
import io.vmfactory.vmm.Vm;
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

  /** First the shell, then the turn: who has a turn never waits for a shell, which needs one. */
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
    shell.load(laps, limit);
    try {
      return warm(shell, laps, limit);
    } catch (RuntimeException e) {
      throw VmUndo.kill(shell.vm(), e);
    }
  }

  private WarmVm warm(ShellVm shell, Laps laps, Deadline limit) {
    Vm vm = shell.vm();
    String hostname = UniquenessGate.hostname(vm.identity().id());
    GuestAgent agent = kit.gatekeeper().start(vm, shell.folder(), hostname, laps, limit).await();
    try {
      vm.stop(limit);
      laps.lap("stop");
      VmRecord record = shell.record().warm(shell.shell().digest());
      kit.journal().write(shell.folder(), record);
      return new WarmVm(vm, agent, shell.folder(), record);
    } catch (RuntimeException e) {
      agent.close();
      throw e;
    }
  }
}
