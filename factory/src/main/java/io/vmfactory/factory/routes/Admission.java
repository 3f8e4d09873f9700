package io.vmfactory.factory.routes;

import io.vmfactory.factory.gate.MeanTime;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.RequestException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** How many VMs there may be at once, those being made and those being ended included. */
public final class Admission {
  /** The default time to live of a lease. */
  private static final Duration FIRST_GUESS = Duration.ofMinutes(1);

  private final int maxVms;
  private final MeanTime stay = new MeanTime(FIRST_GUESS);
  private int taken;
  private CompletableFuture<Void> empty = CompletableFuture.completedFuture(null);

  public Admission(int maxVms) {
    this.maxVms = maxVms;
  }

  /**
   * A place for one VM.
   *
   * @throws RequestException with reason {@code EXHAUSTED} when all are taken; its hint is how long
   *     VMs stay by how many there are, for one leaves so often
   */
  public synchronized Place enter() {
    if (taken >= maxVms) {
      throw Refusals.exhausted(
          "all %d VMs are in use (max_vms in the configuration); release one".formatted(maxVms),
          stay.mean().dividedBy(maxVms));
    }
    return enterAnyway();
  }

  /** A place for a VM that is there already, also when the limit was lowered below that. */
  public synchronized Place enterAnyway() {
    if (taken++ == 0) {
      empty = new CompletableFuture<>();
    }
    return new Place();
  }

  /** Completes when no place is taken any more. */
  public synchronized CompletionStage<Void> empty() {
    return empty;
  }

  private synchronized void leave(long stayedNanos) {
    stay.add(stayedNanos);
    if (--taken == 0) {
      empty.complete(null);
    }
  }

  /** One VM's place; closed when the VM is gone or no longer ours. */
  public final class Place implements AutoCloseable {
    private final long since = System.nanoTime();
    private boolean closed;

    private Place() {}

    @Override
    public void close() {
      synchronized (Admission.this) {
        if (!closed) {
          closed = true;
          leave(System.nanoTime() - since);
        }
      }
    }
  }
}
