package io.vmfactory.factory.calls;

import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.RequestException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts the calls and streams of each user, so that one user cannot take all workers. Root and the
 * daemon's own user are not limited. Thread-safe.
 */
final class UserRequests {
  private final int most;
  private final Map<Long, Integer> counts = new ConcurrentHashMap<>();

  /**
   * @param most calls and streams of one user at once
   */
  UserRequests(int most) {
    this.most = most;
  }

  /** Counts a request. Returns why it is refused, and then has not counted it; null = it is not. */
  @Nullable RequestException enter(Peer client) {
    if (client.isTrusted()) {
      return null;
    }
    int count = counts.merge(client.user().uid(), 1, Integer::sum);
    if (count <= most) {
      return null;
    }
    leave(client);
    return Refusals.exhausted(
        "%s has %d requests under way, as many as one user may have (max_requests_per_user in the configuration)"
            .formatted(client.user(), most));
  }

  void leave(Peer client) {
    if (!client.isTrusted()) {
      counts.computeIfPresent(client.user().uid(), (uid, count) -> count == 1 ? null : count - 1);
    }
  }
}
