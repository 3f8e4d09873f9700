package io.vmfactory.factory.calls;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Counts calls in flight, so that a shutdown can wait for their end. Thread-safe. */
final class CallsInFlight {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private int count;

  void begin() {
    lock.lock();
    try {
      count++;
    } finally {
      lock.unlock();
    }
  }

  void end() {
    lock.lock();
    try {
      if (--count == 0) {
        idle.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until no call is in flight. Returns false if the deadline passes first. */
  boolean awaitIdle(Deadline deadline) {
    lock.lock();
    try {
      while (count > 0) {
        long nanos = deadline.remaining().toNanos();
        if (nanos == 0) {
          return false;
        }
        var unused = idle.await(nanos, TimeUnit.NANOSECONDS);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("cancelled while waiting for calls to end", e);
    } finally {
      lock.unlock();
    }
  }
}
