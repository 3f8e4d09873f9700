package io.vmfactory.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A user's request (Ctrl-C or SIGTERM) to end a command that would otherwise run for ever. The
 * process exits with the signal's exit code after the cleanup.
 */
final class StopRequest implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 2;

  private final Runnable cleanup;
  private final CountDownLatch requested = new CountDownLatch(1);
  private final CountDownLatch cleared = new CountDownLatch(1);
  private final Thread hook = new Thread(this::request, "interruption");

  /**
   * @param cleanup runs once: on {@link #close()} or, at the latest, shortly after the request
   */
  StopRequest(Runnable cleanup) {
    this.cleanup = cleanup;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Waits for the request, at most {@code limit}. Returns true if it came. */
  boolean await(Duration limit) {
    try {
      return requested.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** Marks the end of the command and runs the cleanup. */
  @Override
  public void close() {
    clear();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is already ending, and the hook waits for this call.
    }
  }

  /** Runs in the shutdown hook. The process ends when it returns. */
  void request() {
    requested.countDown();
    try {
      if (!cleared.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        clear(); // the terminal is restored even if the command hangs
      }
    } catch (InterruptedException e) {
      clear();
    }
  }

  private synchronized void clear() {
    if (cleared.getCount() > 0) {
      cleanup.run();
      cleared.countDown();
    }
  }
}
