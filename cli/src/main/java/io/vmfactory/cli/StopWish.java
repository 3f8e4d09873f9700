package io.vmfactory.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The user's wish to end a command that would go on for ever: Ctrl-C, or SIGTERM. The process ends
 * with the signal's exit code once what was to be cleared up has been.
 */
final class StopWish implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 2;

  private final Runnable clearUp;
  private final CountDownLatch wished = new CountDownLatch(1);
  private final CountDownLatch cleared = new CountDownLatch(1);
  private final Thread hook = new Thread(this::wish, "interruption");

  /**
   * @param clearUp done once, when this is closed or, at the latest, shortly after the wish
   */
  StopWish(Runnable clearUp) {
    this.clearUp = clearUp;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Waits for the wish, at most so long; true = it came. */
  boolean await(Duration limit) {
    try {
      return wished.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** The command has ended, or does so because of the wish. */
  @Override
  public void close() {
    clear();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already, which is what the hook waits for.
    }
  }

  /** Runs in the shutdown hook: the process ends when this returns. */
  void wish() {
    wished.countDown();
    try {
      if (!cleared.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        clear(); // whatever holds the command up, it must not keep the terminal
      }
    } catch (InterruptedException e) {
      clear();
    }
  }

  private synchronized void clear() {
    if (cleared.getCount() > 0) {
      clearUp.run();
      cleared.countDown();
    }
  }
}
