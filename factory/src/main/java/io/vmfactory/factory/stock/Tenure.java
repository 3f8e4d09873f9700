package io.vmfactory.factory.stock;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

/** A VM's time on stock: when it was last seen to answer, and whether it is over. Thread-safe. */
final class Tenure {
  /** By what share at most the time between two probes is shortened, VM by VM. */
  private static final double SPREAD = 0.2;

  private final double share = 1 - SPREAD * ThreadLocalRandom.current().nextDouble();
  private volatile Duration answeredAt = Duration.ZERO;
  private final CompletableFuture<Void> over = new CompletableFuture<>();

  /** Whether a VM of {@code age} is to be probed, when it shall be {@code every} so often. */
  boolean probeDue(Duration age, Duration every) {
    return age.minus(answeredAt).toNanos() >= share * every.toNanos();
  }

  /** It answered at that age. */
  void answered(Duration age) {
    answeredAt = age;
  }

  /** It leaves the stock, for a customer or for its end. */
  void end() {
    over.complete(null);
  }

  boolean over() {
    return over.isDone();
  }

  /** Does {@code action} when it leaves, at once when it has left; must not block. */
  void whenOver(Runnable action) {
    over.thenRun(action);
  }
}
