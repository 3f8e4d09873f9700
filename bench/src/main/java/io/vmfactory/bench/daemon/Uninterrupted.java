package io.vmfactory.bench.daemon;

/** Clearing up, which is done to its end also by a thread that was told to stop. */
public final class Uninterrupted {
  private Uninterrupted() {}

  /** Does it without noticing an interruption before, which is in force again afterwards. */
  public static void run(Runnable work) {
    boolean interrupted = Thread.interrupted();
    try {
      work.run();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
