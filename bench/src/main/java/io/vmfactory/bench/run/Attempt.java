package io.vmfactory.bench.run;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs work on its own thread; abandoned at its deadline or by {@link #interrupt}. */
final class Attempt<T> {
  /** Time for interrupted work to end: everything waits with a deadline or can be interrupted. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  private static final Duration WAY_OUT = Duration.ofSeconds(30);

  private final String name;
  private final CompletableFuture<T> result = new CompletableFuture<>();
  private final Thread thread;

  Attempt(String name, Callable<T> work) {
    this.name = name;
    this.thread = new Thread(() -> run(work), name);
    thread.setDaemon(true);
  }

  private void run(Callable<T> work) {
    try {
      result.complete(work.call());
    } catch (Throwable e) {
      result.completeExceptionally(e);
    }
  }

  /**
   * Runs the work and waits for it.
   *
   * @param end when the work is interrupted
   * @throws RuntimeException the work's failure; a checked one is the cause of a
   *     CompletionException
   */
  T await(Deadline end) {
    thread.start();
    try {
      return Deadline.after(end.remaining().plus(GRACE)).await(result, name);
    } catch (DeadlineExceededException e) {
      if (result.isDone()) {
        throw e;
      }
      thread.interrupt();
      return Deadline.after(WAY_OUT).await(result, name + " to stop where it is");
    }
  }

  /** Interrupts the work; work that does not react is waited for only briefly. */
  void interrupt() {
    thread.interrupt();
    result.orTimeout(WAY_OUT.toSeconds(), TimeUnit.SECONDS);
  }
}
