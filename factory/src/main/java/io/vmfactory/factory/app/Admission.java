package io.vmfactory.factory.app;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** How many VMs there may be at once, those being made and those being ended included. */
final class Admission {
  private final int maxVms;
  private int taken;
  private CompletableFuture<Void> empty = CompletableFuture.completedFuture(null);

  Admission(int maxVms) {
    this.maxVms = maxVms;
  }

  /**
   * A place for one VM.
   *
   * @throws RequestException with reason {@code EXHAUSTED} when all are taken
   */
  synchronized Place enter() {
    if (taken == maxVms) {
      throw Refusals.exhausted(
          "all %d VMs are in use (max_vms in the configuration); release one".formatted(maxVms));
    }
    if (taken++ == 0) {
      empty = new CompletableFuture<>();
    }
    return new Place();
  }

  /** Completes when no place is taken any more. */
  synchronized CompletionStage<Void> empty() {
    return empty;
  }

  private synchronized void leave() {
    if (--taken == 0) {
      empty.complete(null);
    }
  }

  /** One VM's place; closed when the VM is gone or no longer ours. */
  final class Place implements AutoCloseable {
    private boolean closed;

    private Place() {}

    @Override
    public void close() {
      synchronized (Admission.this) {
        if (!closed) {
          closed = true;
          leave();
        }
      }
    }
  }
}
