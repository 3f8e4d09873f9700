package io.vmfactory.pool.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Calls that actions want made once the lock is released. For use by one thread. */
final class Effects {
  private final Deque<Runnable> pending = new ArrayDeque<>();

  void add(Runnable effect) {
    pending.add(effect);
  }

  /** Runs the pending calls, also those that they add; one that throws does not stop the others. */
  void drain(Executor executor) {
    RuntimeException failure = null;
    for (Runnable next; (next = pending.poll()) != null; ) {
      failure = perform(next, executor, failure);
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static @Nullable RuntimeException perform(
      Runnable effect, Executor executor, @Nullable RuntimeException earlier) {
    try {
      executor.execute(effect);
      return earlier;
    } catch (RuntimeException e) {
      if (earlier == null) {
        return e;
      }
      earlier.addSuppressed(e);
      return earlier;
    }
  }
}
