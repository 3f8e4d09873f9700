package io.vmfactory.factory.stock;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.turns.RestoreTurns;
import io.vmfactory.factory.turns.Turn;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/**
 * The threads that make VMs and look after them, so that no pool waits inside a call. Work that
 * keeps a CPU busy gets a thread only after it has a turn: waiting for a turn costs no thread.
 */
final class StockWorkers {
  private final ExecutorService making;
  private final ExecutorService upkeep;
  private final RestoreTurns turns;
  private volatile boolean keeping;

  /** There was no turn, so the work was not begun. */
  static final class NoTurnException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoTurnException(Throwable cause) {
      super("no turn for a restore: " + cause.getMessage(), cause);
    }
  }

  /**
   * {@link #close} closes both executors.
   *
   * @param making restores VMs; interrupted to cancel that. It has one thread for each turn, or
   *     work with a turn would wait
   * @param upkeep checks and ends VMs; never interrupted
   */
  StockWorkers(ExecutorService making, ExecutorService upkeep, RestoreTurns turns) {
    this.making = making;
    this.upkeep = upkeep;
    this.turns = turns;
  }

  /**
   * Does {@code work} with a turn, after the requests that wait for one.
   *
   * @return fails with {@link NoTurnException} if there is no turn by {@code limit}
   */
  <T> CompletableFuture<T> inTurn(Deadline limit, Supplier<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    var unused =
        turns
            .enter(RestoreTurns.Kind.REFILL, limit)
            .whenComplete(
                (turn, failure) -> {
                  if (failure == null) {
                    begin(new Job<>(turn, work, result));
                  } else {
                    result.completeExceptionally(
                        new NoTurnException(RefillFailures.cause(failure)));
                  }
                });
    return result;
  }

  private void begin(Job<?> job) {
    try {
      making.execute(job);
    } catch (RejectedExecutionException e) {
      job.drop();
    }
  }

  /** Does {@code work} soon, without a turn: it keeps no CPU busy. */
  <T> CompletableFuture<T> aside(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, upkeep);
  }

  /** Cancels all work that has a turn, now and later; the work itself ends half-made VMs. */
  void callOff() {
    making.shutdownNow().forEach(dropped -> ((Job<?>) dropped).drop());
  }

  /** From now on, VMs that leave the stock are kept for the next daemon. */
  void keepVms() {
    keeping = true;
  }

  /** Whether VMs that leave the stock are kept. */
  boolean keepsVms() {
    return keeping;
  }

  /** Ends the threads after their work. */
  void close() {
    callOff();
    upkeep.shutdown();
  }

  /** Work that has its turn. */
  private record Job<T>(Turn turn, Supplier<T> work, CompletableFuture<T> result)
      implements Runnable {
    @Override
    public void run() {
      T value;
      try (Turn held = turn) {
        value = work.get();
      } catch (Throwable e) {
        result.completeExceptionally(e);
        return;
      }
      result.complete(value);
    }

    void drop() {
      turn.close();
      result.completeExceptionally(new CancelledException("called off: the daemon stops", null));
    }
  }
}
