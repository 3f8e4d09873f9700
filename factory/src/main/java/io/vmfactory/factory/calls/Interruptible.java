package io.vmfactory.factory.calls;

import org.jspecify.annotations.Nullable;

/**
 * A task that can be interrupted from outside, whose interruption never hits the thread's next
 * task.
 */
final class Interruptible {
  private @Nullable Thread runner;
  private boolean interrupted;

  /**
   * Runs {@code task} here, unless it was interrupted before it began: then it begins interrupted.
   */
  void run(Runnable task) {
    arrive();
    try {
      task.run();
    } finally {
      leave();
    }
  }

  synchronized void interrupt() {
    interrupted = true;
    if (runner != null) {
      runner.interrupt();
    }
  }

  private synchronized void arrive() {
    runner = Thread.currentThread();
    if (interrupted) {
      runner.interrupt();
    }
  }

  private synchronized void leave() {
    runner = null;
    boolean unused = Thread.interrupted();
  }
}
