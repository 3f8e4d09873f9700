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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps one lease alive from a timer of the event loop: no thread waits. */
final class Renewal {
  private final Vertx vertx;
  private final Channel channel;
  private final CompletableFuture<Void> over = new CompletableFuture<>();
  private volatile Lease lease;
  private @Nullable Timer next;

  Renewal(Vertx vertx, Channel channel, Lease lease) {
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

  /** Starts renewing; a second call changes nothing. */
  synchronized CompletionStage<Void> start() {
    if (next == null) {
      schedule();
    }
    return over.minimalCompletionStage();
  }

  synchronized void stop() {
    over.complete(null);
    if (next != null) {
      next.cancel();
    }
  }

  private synchronized void schedule() {
    if (!over.isDone()) {
      next = vertx.timer(third().toMillis(), TimeUnit.MILLISECONDS);
      next.onSuccess(v -> renew());
    }
  }

  private Duration third() {
    Duration ttl = Duration.ofSeconds(lease.getTtl().getSeconds(), lease.getTtl().getNanos());
    return ttl.dividedBy(3).plusMillis(1);
  }

  private void renew() {
    RenewLeaseRequest request = RenewLeaseRequest.newBuilder().setLeaseId(lease.getId()).build();
    Call<RenewLeaseResponse> call =
        channel.start(
            FactoryGrpcClient.RenewLease,
            request,
            Deadline.after(third()),
            answer -> renewed(answer.getLease()));
    call.ended()
        .orTimeout(third().toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete((ok, failure) -> onAnswer(call, failure));
  }

  private void onAnswer(Call<?> call, @Nullable Throwable failure) {
    if (failure instanceof FactoryException e && e.code() == Code.NOT_FOUND) {
      over.completeExceptionally(e);
      return;
    }
    if (failure != null) {
      call.cancel();
    }
    schedule();
  }
}
