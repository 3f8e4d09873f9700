package io.vmfactory.factory.http;

import java.time.Duration;

/**
 * Limits for the connections to the daemon's socket.
 *
 * @param all most connections at once
 * @param each most connections at once of one user; root and the daemon's own user have no limit of
 *     their own
 * @param kept how many of {@code all} only root and the daemon's own user may have
 * @param first time until the first request has arrived; at most {@code idle}
 * @param idle time without a request at work
 */
public record ConnectionLimits(int all, int each, int kept, Duration first, Duration idle) {
  private static final int MOST = 4096;
  private static final int LEAST = 16;
  private static final Duration FIRST = Duration.ofSeconds(10);
  private static final Duration IDLE = Duration.ofMinutes(10);

  /**
   * Returns the limits of a process with that many descriptors: connections take a quarter, and one
   * user takes half of them.
   */
  public static ConnectionLimits of(int descriptors) {
    int all = Math.max(LEAST, Math.min(MOST, descriptors / 4));
    return new ConnectionLimits(all, all / 2, all / 8, FIRST, IDLE);
  }
}
