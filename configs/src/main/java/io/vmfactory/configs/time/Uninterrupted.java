package io.vmfactory.configs.time;

/** Runs work that an interrupt must not prevent, such as undoing half a change. */
public final class Uninterrupted {
  private Uninterrupted() {}

  /** Runs {@code work} with the interrupt flag cleared; sets the flag again afterwards. */
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
