package io.vmfactory.bench.run;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The user's wish to end a run: Ctrl-C, or SIGTERM. The process ends, with the signal's exit code,
 * when what was measured has been kept and nothing is left behind.
 */
final class RunStop implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final CountDownLatch cleared = new CountDownLatch(1);
  private final Thread hook;

  /**
   * @param stop told of the wish
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
        System.err.println("bench: did not come to an end; look for what it has left in /tmp");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Everything is done. */
  @Override
  public void close() {
    cleared.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already, which is what the hook waits for.
    }
  }
}
