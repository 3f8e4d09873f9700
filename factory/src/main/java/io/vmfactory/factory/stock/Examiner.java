package io.vmfactory.factory.stock;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.stock.StockWorkers.NoTurnException;
import io.vmfactory.pool.Examination;
import io.vmfactory.pool.Expiry;
import io.vmfactory.pool.PoolFailure;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * Examines the idle VMs of one pool: asks their VMM, which does not wake the guest, and reports a
 * VM that ended by itself.
 */
class Examiner<T extends StockedVm> implements Expiry<T> {
  private final StockWorkers workers;
  private final RefillFailures complaints;
  private final Budget.Account account;
  private final Duration answerLimit;

  /**
   * @param answerLimit for each answer of a VM
   */
  Examiner(
      StockWorkers workers,
      RefillFailures complaints,
      Budget.Account account,
      Duration answerLimit) {
    this.workers = workers;
    this.complaints = complaints;
    this.account = account;
    this.answerLimit = answerLimit;
  }

  @Override
  public final CompletionStage<Examination> examine(T value, Facts facts) {
    return checked(value)
        .thenCompose(nothing -> further(value, facts))
        .whenComplete(
            (verdict, failure) -> {
              if (failure != null) {
                tell(PoolFailure.Kind.PROBE, value, failure);
              }
            });
  }

  private CompletableFuture<Void> checked(T value) {
    return workers.aside(
        () -> {
          value.vm().check(answer());
          account.examined(value.vm().identity().id());
          return null;
        });
  }

  /** When a VM must have given its next answer. */
  final Deadline answer() {
    return Deadline.after(answerLimit);
  }

  /** Examines further, after the VMM has answered. */
  CompletionStage<Examination> further(T value, Facts facts) {
    return CompletableFuture.completedFuture(Examination.keep());
  }

  @Override
  public final CompletionStage<VmExit> ended(T value) {
    return value.vm().signals().exited().thenApply(exit -> noted(value, exit));
  }

  /** Reports the end of a VM, unless it has left the stock before. */
  private VmExit noted(T value, VmExit exit) {
    if (!value.tenure().over()) {
      tell(PoolFailure.Kind.DIED, value, new VmmException(Reason.DIED, "ended by itself: " + exit));
    }
    return exit;
  }

  private void tell(PoolFailure.Kind kind, T value, Throwable failure) {
    complaints.tell(kind, value.vm().identity().id().value(), failure);
  }

  /** Examines warm VMs, and sometimes lets one run until its agent has answered. */
  static final class OfWarm extends Examiner<WarmVm> {
    /** A VM cannot be claimed while it waits for a turn, so it waits only briefly. */
    private static final Duration PATIENCE = Duration.ofMillis(200);

    private final StockWorkers workers;
    private final Duration every;

    /**
     * @param every between two probes of a VM; zero = never
     */
    OfWarm(
        StockWorkers workers,
        RefillFailures complaints,
        Budget.Account account,
        Duration answerLimit,
        Duration every) {
      super(workers, complaints, account, answerLimit);
      this.workers = workers;
      this.every = every;
    }

    @Override
    CompletionStage<Examination> further(WarmVm warm, Facts facts) {
      if (every.isZero() || !warm.tenure().probeDue(facts.age(), every)) {
        return super.further(warm, facts);
      }
      return workers
          .inTurn(Deadline.after(PATIENCE), () -> probe(warm, facts.age()))
          .exceptionally(OfWarm::postponed);
    }

    private Examination probe(WarmVm warm, Duration age) {
      Deadline deadline = answer();
      warm.vm().cont(deadline);
      warm.agent().awaitServing(deadline);
      warm.vm().stop(deadline);
      warm.tenure().answered(age);
      return Examination.keep();
    }

    private static Examination postponed(Throwable failure) {
      if (RefillFailures.cause(failure) instanceof NoTurnException) {
        return Examination.keep();
      }
      throw new CompletionException(RefillFailures.cause(failure));
    }
  }
}
