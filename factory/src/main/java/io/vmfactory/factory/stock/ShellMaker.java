package io.vmfactory.factory.stock;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.vm.Nursery;
import io.vmfactory.template.Shell;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
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
    Nursery.Newborn<Shell> born =
        kit.nursery()
            .make(
                Tier.SHELL.name(),
                template.key().hex(),
                template.spec().boot(),
                new Preparing(laps, limit));
    return new ShellVm(born.vm(), born.folder(), born.record());
  }

  private final class Preparing implements Nursery.Starter<Shell> {
    private final Laps laps;
    private final Deadline limit;

    Preparing(Laps laps, Deadline limit) {
      this.laps = laps;
      this.limit = limit;
    }

    @Override
    public Shell start(VmId id, VmFolder folder) {
      return kit.templates().prepare(template.key(), id, folder, laps, limit);
    }

    @Override
    public Vm vm(Shell shell) {
      return shell.vm();
    }

    @Override
    public VmRecord started(VmRecord making, Shell shell) {
      return making.started(shell.vm().identity()).shell(shell.digest());
    }
  }
}
