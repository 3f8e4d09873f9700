package io.vmfactory.factory.stock;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

/** A VM's time in stock: when it last answered, and whether that time is over. Thread-safe. */
final class Tenure {
  /** The largest share by which the time between two probes is shortened, VM by VM. */
  private static final double SPREAD = 0.2;

  private final double share = 1 - SPREAD * ThreadLocalRandom.current().nextDouble();
  private volatile Duration answeredAt = Duration.ZERO;
  private final CompletableFuture<Void> over = new CompletableFuture<>();

  /** Whether a VM of {@code age} needs a probe, if {@code every} is the time between two. */
  boolean probeDue(Duration age, Duration every) {
    return age.minus(answeredAt).toNanos() >= share * every.toNanos();
  }

  /** Notes that the VM answered at that age. */
  void answered(Duration age) {
    answeredAt = age;
  }

  /** The VM leaves the stock, for a customer or for its end. */
  void end() {
    over.complete(null);
  }

  boolean over() {
    return over.isDone();
  }

  /** Does {@code action}, which must not block, when the VM leaves; at once if it has left. */
  void whenOver(Runnable action) {
    var unused = over.thenRun(action);
  }
}
