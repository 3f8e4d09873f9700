package io.vmfactory.factory.stock;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.observe.Observer;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.pool.Allocator;
import io.vmfactory.pool.PoolFailure;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The common part of the makers of both tiers: reports how it went, and ends what was made. */
abstract class RefillMaker<T extends StockedVm> implements Allocator<T> {
  private final Tier tier;
  private final Observer observer;
  private final StockWorkers workers;
  private final RefillFailures complaints;
  private final Budget.Account account;

  RefillMaker(
      Tier tier,
      Observer observer,
      StockWorkers workers,
      RefillFailures complaints,
      Budget.Account account) {
    this.tier = tier;
    this.account = account;
    this.observer = observer;
    this.workers = workers;
    this.complaints = complaints;
  }

  /** Makes a VM by {@code limit}; {@code laps} gets its steps. */
  abstract CompletionStage<T> make(Laps laps, Deadline limit);

  @Override
  public final CompletionStage<T> allocate(Deadline limit) {
    long begun = System.nanoTime();
    Laps laps = new Laps();
    return make(laps, limit)
        .thenApply(account::entered)
        .whenComplete((made, failure) -> report(laps, System.nanoTime() - begun, failure));
  }

  private void report(Laps laps, long nanos, @Nullable Throwable failure) {
    if (failure == null) {
      observer.refilled(tier, laps.all(), Duration.ofNanos(nanos));
      complaints.made();
    } else {
      observer.refillFailed(tier, RefillFailures.cause(failure));
      complaints.notMade(failure);
    }
  }

  @Override
  public final CompletionStage<Void> dispose(T value) {
    value.tenure().end();
    return workers
        .<Void>aside(
            () -> {
              leave(value);
              return null;
            })
        .whenComplete((nothing, failure) -> notEnded(value, failure));
  }

  private void leave(T value) {
    if (workers.keepsVms() && value.intact()) {
      value.letGo();
    } else {
      value.end();
    }
  }

  private void notEnded(T value, @Nullable Throwable failure) {
    if (failure != null) {
      complaints.tell(PoolFailure.Kind.DISPOSE, value.vm().identity().id().value(), failure);
    }
  }
}
