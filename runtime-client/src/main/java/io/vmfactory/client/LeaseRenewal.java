package io.vmfactory.client;

import io.vertx.core.Timer;
import io.vertx.core.Vertx;
import io.vmfactory.api.v1.FactoryGrpcClient;
import io.vmfactory.api.v1.Lease;
import io.vmfactory.api.v1.RenewLeaseRequest;
import io.vmfactory.api.v1.RenewLeaseResponse;
import io.vmfactory.client.FactoryException.Code;
import io.vmfactory.configs.time.Deadline;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Renews one lease on a timer of the event loop. No thread waits.
 *
 * <p>The lease is not lost while the daemon is down: nothing ends the VM then, and a restarted
 * daemon adopts it and gives its owner at least ten seconds to renew. A failed renewal is therefore
 * repeated until the daemon reports that the lease does not exist: soon at first, then at least
 * every {@link #LONGEST_PAUSE}.
 */
final class LeaseRenewal {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  /** Short enough for several attempts in those ten seconds. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private static final int DOUBLINGS = 10; // enough to reach the longest pause

  /** The limit for one attempt, if the lease lasts that long. */
  private static final Duration ATTEMPT = Duration.ofSeconds(5);

  private final Vertx vertx;
  private final DaemonChannel channel;
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private volatile Lease lease;
  private @Nullable Timer next;

  /** The number of failed attempts since the last success. */
  private int failed;

  LeaseRenewal(Vertx vertx, DaemonChannel channel, Lease lease) {
    this.vertx = vertx;
    this.channel = channel;
    this.lease = lease;
  }

  Lease lease() {
    return lease;
  }

  Lease renewed(Lease now) {
    lease = now;
    return now;
  }

  /** Starts renewing. A second call has no effect. */
  synchronized CompletionStage<Void> start() {
    if (next == null) {
      schedule(third());
    }
    return over.minimalCompletionStage();
  }

  /**
   * Starts renewing a lease that another process has renewed until now: at once, because it may
   * expire soon.
   */
  CompletionStage<Void> takeOver() {
    renew();
    return over.minimalCompletionStage();
  }

  synchronized void stop() {
    over.complete(null);
    if (next != null) {
      next.cancel();
    }
  }

  private synchronized void schedule(Duration pause) {
    if (!over.isDone()) {
      next = vertx.timer(Math.max(1, pause.toMillis()), TimeUnit.MILLISECONDS);
      next.onSuccess(v -> renew());
    }
  }

  private Duration third() {
    Duration ttl = Duration.ofSeconds(lease.getTtl().getSeconds(), lease.getTtl().getNanos());
    return ttl.dividedBy(3).plusMillis(1);
  }

  private void renew() {
    Duration limit = shorter(third(), ATTEMPT);
    RenewLeaseRequest request = RenewLeaseRequest.newBuilder().setLeaseId(lease.getId()).build();
    GrpcCall<RenewLeaseResponse> call =
        channel.start(
            FactoryGrpcClient.RenewLease,
            request,
            Deadline.after(limit),
            answer -> renewed(answer.getLease()));
    var unused =
        call.ended()
            .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete((ok, failure) -> onAnswer(call, failure));
  }

  private void onAnswer(GrpcCall<?> call, @Nullable Throwable failure) {
    if (failure instanceof FactoryException e && e.code() == Code.NOT_FOUND) {
      over.completeExceptionally(e);
      return;
    }
    if (failure != null) {
      call.cancel();
    }
    schedule(pause(failure == null));
  }

  private synchronized Duration pause(boolean renewed) {
    failed = renewed ? 0 : failed + 1;
    return renewed ? third() : shorter(third(), backOff(failed));
  }

  /**
   * Returns the pause after a failure. It doubles each time; a random part spreads the retries of
   * many clients.
   */
  private static Duration backOff(int failures) {
    Duration whole = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, DOUBLINGS));
    int percent = ThreadLocalRandom.current().nextInt(50, 101);
    return shorter(whole, LONGEST_PAUSE).multipliedBy(percent).dividedBy(100);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
