package io.vmfactory.factory.calls;

import org.jspecify.annotations.Nullable;

/**
 * Runs a task that another thread can interrupt. The interruption never reaches the thread's next
 * task.
 */
final class Interruptible {
  private @Nullable Thread runner;
  private boolean interrupted;

  /** Runs {@code task} on this thread. If it was interrupted before, it begins interrupted. */
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
