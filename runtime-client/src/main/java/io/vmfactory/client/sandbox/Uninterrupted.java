package io.vmfactory.client.sandbox;

/** What must be done also by a thread that was interrupted, such as undoing half a thing. */
final class Uninterrupted {
  private Uninterrupted() {}

  /** Does it; an interrupt from before is kept for afterwards. */
  static void run(Runnable work) {
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
