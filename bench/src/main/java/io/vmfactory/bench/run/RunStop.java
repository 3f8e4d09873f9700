package io.vmfactory.bench.run;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Handles Ctrl-C and SIGTERM during a run. The process ends with the signal's exit code, once the
 * results so far are written and everything is cleaned up.
 */
final class RunStop implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final CountDownLatch cleared = new CountDownLatch(1);
  private final Thread hook;

  /**
   * @param stop called when the user ends the run
   */
  RunStop(Runnable stop) {
    hook =
        new Thread(
            () -> {
              stop.run();
              await();
            },
            "interruption");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void await() {
    try {
      if (!cleared.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        System.err.println("bench: could not stop cleanly; check /tmp for leftovers");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Reports that the run is over and cleaned up. */
  @Override
  public void close() {
    cleared.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already, and the hook waits for this.
    }
  }
}
