package io.vmfactory.factory.grpc;

import io.vmfactory.configs.time.CancelledException;
import java.util.concurrent.CountDownLatch;

/** Work of a call that never ends by itself. */
public final class Blocking {
  private Blocking() {}

  /** Blocks until the latch is open. */
  static void until(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      throw new CancelledException("interrupted", e);
    }
  }

  /** Reports that it began, blocks, and reports that it was interrupted. */
  public static RuntimeException untilInterrupted(
      CountDownLatch begun, CountDownLatch interrupted) {
    begun.countDown();
    try {
      new CountDownLatch(1).await();
      throw new AssertionError("nobody counts that down");
    } catch (InterruptedException e) {
      interrupted.countDown();
      return new CancelledException("interrupted", e);
    }
  }
}
