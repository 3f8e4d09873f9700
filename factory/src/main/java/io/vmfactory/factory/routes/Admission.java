package io.vmfactory.factory.routes;

import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.turns.MeanTime;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Limits how many VMs exist at once, with those that are being made or ended. */
public final class Admission {
  /** The default duration of a lease. */
  private static final Duration FIRST_GUESS = Duration.ofMinutes(1);

  private final int maxVms;
  private final MeanTime stay = new MeanTime(FIRST_GUESS);
  private int taken;
  private CompletableFuture<Void> empty = CompletableFuture.completedFuture(null);

  public Admission(int maxVms) {
    this.maxVms = maxVms;
  }

  /**
   * Takes a place for one VM.
   *
   * @throws RequestException with reason {@code EXHAUSTED} if all are taken. Its hint is the mean
   *     stay of a VM divided by the number of VMs: the mean time until one leaves
   */
  public synchronized Place enter() {
    if (taken >= maxVms) {
      throw Refusals.exhausted(
          "all %d VMs are in use (max_vms in the configuration); release one".formatted(maxVms),
          stay.mean().dividedBy(maxVms));
    }
    return enterAnyway();
  }

  /** Takes a place for a VM that exists already, even beyond the limit. */
  public synchronized Place enterAnyway() {
    if (taken++ == 0) {
      empty = new CompletableFuture<>();
    }
    return new Place();
  }

  /** Completes when all places are free. */
  public synchronized CompletionStage<Void> empty() {
    return empty;
  }

  private synchronized void leave(long stayedNanos) {
    stay.add(stayedNanos);
    if (--taken == 0) {
      empty.complete(null);
    }
  }

  /** One VM's place; closed when the VM has ended or was given away. */
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
