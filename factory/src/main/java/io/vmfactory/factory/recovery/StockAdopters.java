package io.vmfactory.factory.recovery;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.stock.ShellVm;
import io.vmfactory.factory.stock.Stock;
import io.vmfactory.factory.stock.WarmVm;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.guest.GuestAgents;
import io.vmfactory.template.Shell;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.template.TemplateKey;
import io.vmfactory.template.Templates;
import io.vmfactory.vmm.VmPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Takes idle VMs over into the stock if they match their record and are still wanted.
 *
 * @param stored all templates in the store
 * @param loaders runs the waits for templates
 */
public record StockAdopters(
    Stock stock,
    Templates templates,
    GuestAgents agents,
    List<TemplateInfo> stored,
    WallClock clock,
    Executor loaders) {
  /** No request waits for an idle VM, and another one is soon made. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  /** Long enough to load a large template from a slow disk. */
  private static final Duration LOADING = Duration.ofMinutes(2);

  /**
   * Returns the adopter for the VM of that record, WARM or SHELL.
   *
   * @param complaints receives the reason if the VM is lost
   */
  Adopter of(VmRecord record, Consumer<String> complaints) {
    return new IdleVmAdopter(record, complaints);
  }

  private final class IdleVmAdopter implements Adopter {
    private final VmRecord record;
    private final Consumer<String> complaints;

    IdleVmAdopter(VmRecord record, Consumer<String> complaints) {
      this.record = record;
      this.complaints = complaints;
    }

    @Override
    public Duration limit() {
      return LIMIT;
    }

    @Override
    public boolean hasCustomer() {
      return false;
    }

    @Override
    public boolean take(HostedVm hosted, Deadline deadline) {
      VmPhase phase = hosted.vm().phase();
      TemplateKey key = new TemplateKey(record.templateKey());
      if (!stock.keeps(key) || !isOfTodaysSnapshot()) {
        return false;
      }
      return switch (record.state()) {
        case SHELL -> phase == VmPhase.INCOMING && shell(key, hosted);
        case WARM -> phase == VmPhase.PAUSED && warm(key, hosted, deadline);
        default -> throw new IllegalStateException("not in stock: " + record.state());
      };
    }

    private boolean isOfTodaysSnapshot() {
      return stored.stream()
          .anyMatch(
              t ->
                  t.key().hex().equals(record.templateKey())
                      && t.digest().equals(record.templateDigest()));
    }

    private boolean shell(TemplateKey key, HostedVm hosted) {
      CompletableFuture<Shell> loaded =
          CompletableFuture.supplyAsync(
              () -> templates.adopt(key, hosted.vm(), Deadline.after(LOADING)), loaders);
      Shell shell = new AdoptedShell(hosted.vm(), record.templateDigest(), loaded);
      return stock.adoptShell(key, new ShellVm(hosted, shell), age());
    }

    /** Asks the agent nothing: its first answer comes when the VM is woken for a customer. */
    private boolean warm(TemplateKey key, HostedVm hosted, Deadline deadline) {
      hosted.keep(agents.connect(hosted.folder().gateSocket(), deadline));
      boolean wanted = stock.adoptWarm(key, new WarmVm(hosted), age());
      if (!wanted) {
        hosted.closeAgent();
      }
      return wanted;
    }

    /** Returns the age by the wall clock, which may have been set back meanwhile. */
    private Duration age() {
      Duration age = Duration.between(Instant.parse(record.madeAt()), clock.now());
      return age.isNegative() ? Duration.ZERO : age;
    }

    @Override
    public void lost(String why) {
      complaints.accept(why);
    }
  }
}
