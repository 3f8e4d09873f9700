package io.vmfactory.bench.run;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Work in a thread of its own, which is given up when it takes too long, or by who wants to. */
final class Attempt<T> {
  /** Everything waits with a deadline or can be interrupted; both take a moment to get out. */
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
   * Does it.
   *
   * @param end after which it is interrupted
   * @throws RuntimeException the work's failure; a checked one as the cause of a
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

  /** Gives it up; who does not take notice is not waited for much longer. */
  void interrupt() {
    thread.interrupt();
    result.orTimeout(WAY_OUT.toSeconds(), TimeUnit.SECONDS);
  }
}
