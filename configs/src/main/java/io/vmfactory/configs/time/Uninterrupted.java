package io.vmfactory.configs.time;

/** What must be done also by a thread that was interrupted, such as undoing half a thing. */
public final class Uninterrupted {
  private Uninterrupted() {}

  /** Does it; an interrupt from before is kept for afterwards. */
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
