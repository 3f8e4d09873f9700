package io.vmfactory.factory.stock;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.gate.RestoreTurns;
import io.vmfactory.factory.gate.Turn;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;

/**
 * The threads that make VMs and look after them, so that no pool ever waits inside a call. Work
 * that keeps a CPU busy gets a thread when it has got its turn, never before: waiting for one costs
 * no thread.
 */
final class StockWorkers {
  private final ExecutorService making;
  private final ExecutorService upkeep;
  private final RestoreTurns gate;
  private volatile boolean keeping;

  /** No turn was to be had: the work was not begun. */
  static final class NoTurnException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoTurnException(Throwable cause) {
      super("no turn for a restore: " + cause.getMessage(), cause);
    }
  }

  /**
   * Both executors are closed by {@link #close}.
   *
   * @param making restores; interrupted to call them off. As many threads as the gate gives turns,
   *     or work with a turn would wait
   * @param upkeep checks and ends; never interrupted
   */
  StockWorkers(ExecutorService making, ExecutorService upkeep, RestoreTurns gate) {
    this.making = making;
    this.upkeep = upkeep;
    this.gate = gate;
  }

  /**
   * Does {@code work} when it is its turn, after the customers'.
   *
   * @return fails with {@link NoTurnException} when that does not come by {@code limit}
   */
  <T> CompletableFuture<T> inTurn(Deadline limit, Supplier<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    gate.enter(RestoreTurns.Kind.REFILL, limit)
        .whenComplete(
            (turn, failure) -> {
              if (failure == null) {
                begin(new Job<>(turn, work, result));
              } else {
                result.completeExceptionally(new NoTurnException(RefillFailures.cause(failure)));
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

  /** Does {@code work}, which keeps no CPU busy, soon. */
  <T> CompletableFuture<T> aside(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, upkeep);
  }

  /** Calls off all work that has a turn, now and later; whoever did it ends what was half made. */
  void callOff() {
    making.shutdownNow().forEach(dropped -> ((Job<?>) dropped).drop());
  }

  /** From now on, VMs that leave the stock live on, for the next daemon. */
  void keepVms() {
    keeping = true;
  }

  /** Whether they do. */
  boolean keepsVms() {
    return keeping;
  }

  /** Ends the threads when what they have to do is done. */
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
