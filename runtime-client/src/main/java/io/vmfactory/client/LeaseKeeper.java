package io.vmfactory.client;

import com.google.protobuf.Duration;
import io.vertx.core.Vertx;
import io.vmfactory.api.v1.Lease;
import java.util.concurrent.CompletionStage;

/**
 * Renews a lease that another process has opened. Closing it stops the renewal; the VM runs on
 * until the lease expires.
 */
public final class LeaseKeeper implements AutoCloseable {
  /** Until the first renewal says what the lease's TTL is. */
  private static final long ASSUMED_TTL_SECONDS = 15;

  private final LeaseRenewal renewal;
  private final CompletionStage<Void> ended;

  private LeaseKeeper(LeaseRenewal renewal) {
    this.renewal = renewal;
    this.ended = renewal.takeOver();
  }

  static LeaseKeeper over(Vertx vertx, DaemonChannel channel, String leaseId) {
    Duration ttl = Duration.newBuilder().setSeconds(ASSUMED_TTL_SECONDS).build();
    Lease lease = Lease.newBuilder().setId(leaseId).setTtl(ttl).build();
    return new LeaseKeeper(new LeaseRenewal(vertx, channel, lease));
  }

  /**
   * Returns a stage that completes when this is closed, and fails with {@link FactoryException} if
   * the daemon reports that the lease does not exist.
   */
  public CompletionStage<Void> ended() {
    return ended;
  }

  @Override
  public void close() {
    renewal.stop();
  }
}
