package io.vmfactory.factory.calls;

import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.RequestException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts the calls and streams of each user, so that one user cannot take all workers. Root and the
 * daemon's own user are not limited. Thread-safe.
 */
final class UserRequests {
  private final RequestLimits limits;
  private final RequestRate rate;
  private final Map<Long, Integer> counts = new ConcurrentHashMap<>();

  /**
   * @param nanos a clock that never goes back, in nanoseconds
   */
  UserRequests(RequestLimits limits, LongSupplier nanos) {
    this.limits = limits;
    this.rate = new RequestRate(limits.perSecond(), nanos);
  }

  /** Counts a request. Returns why it is refused, and then has not counted it; null = it is not. */
  @Nullable RequestException enter(Peer client) {
    if (client.isTrusted()) {
      return null;
    }
    Duration early = rate.take(client.user().uid());
    if (!early.isZero()) {
      return Refusals.exhausted(
          "%s has made %d requests within a second, as many as one user may (max_requests_per_second_per_user in the configuration)"
              .formatted(client.user(), limits.perSecond()),
          early);
    }
    int count = counts.merge(client.user().uid(), 1, Integer::sum);
    if (count <= limits.atOnce()) {
      return null;
    }
    leave(client);
    return Refusals.exhausted(
        "%s has %d requests under way, as many as one user may have (max_requests_per_user in the configuration)"
            .formatted(client.user(), limits.atOnce()));
  }

  void leave(Peer client) {
    if (!client.isTrusted()) {
      counts.computeIfPresent(client.user().uid(), (uid, count) -> count == 1 ? null : count - 1);
    }
  }
}
