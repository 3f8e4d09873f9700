package io.vmfactory.factory.stock;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.vm.NewVm;
import io.vmfactory.template.Shell;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.TemplateKey;
import java.util.concurrent.CompletionStage;

/** Makes shells of one template. */
final class ShellMaker extends RefillMaker<ShellVm> {
  private final TemplateInfo template;
  private final StockParts kit;
  private final StockWorkers workers;

  ShellMaker(
      TemplateInfo template,
      StockParts kit,
      StockWorkers workers,
      RefillFailures complaints,
      Budget.Account account) {
    super(Tier.SHELL, kit.observer(), workers, complaints, account);
    this.template = template;
    this.kit = kit;
    this.workers = workers;
  }

  @Override
  CompletionStage<ShellVm> make(Laps laps, Deadline limit) {
    return workers.inTurn(limit, () -> shell(laps, limit));
  }

  private ShellVm shell(Laps laps, Deadline limit) {
    laps.lap("turn");
    TemplateKey key = template.key();
    try (NewVm fresh = kit.starter().begin(Tier.SHELL.name(), key.hex(), template.spec().boot())) {
      Shell shell = kit.templates().prepare(key, fresh.id(), fresh.folder(), laps, limit);
      return new ShellVm(fresh.startedAsShell(shell.vm(), shell.digest()), shell);
    }
  }
}
