package io.vmfactory.pool;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A consistent snapshot of a pool.
 *
 * @param phase whether it serves claims
 * @param aim how many it wants on stock, and why
 * @param slots what it has
 * @param traffic what it did since it was made
 * @param refillPauses holds on refilling now; not being started yet is one
 * @param retry set while allocation is failing
 * @param failures the last few failures of any kind, newest first
 */
public record PoolStats(
    Phase phase,
    Aim aim,
    Slots slots,
    Traffic traffic,
    int refillPauses,
    Optional<Retry> retry,
    List<PoolFailure> failures) {

  /** Whether claims are served. */
  public enum Phase {
    OPEN,
    DRAINING,
    CLOSED
  }

  /**
   * The wanted stock, and what demand and allocation look like, whether or not they decide it.
   *
   * @param count how many
   * @param wanted how many without the ceiling of {@link WarmPool#limit}; {@code count} or more
   * @param claimsPerSecond estimate of the rate of claims, served or not
   * @param dispersion estimate of variance over mean of the claims in a second, 1 or more
   * @param refill mean time of a successful allocation; one second before the first
   * @param why how the count came about, for people
   */
  public record Aim(
      int count,
      int wanted,
      double claimsPerSecond,
      double dispersion,
      Duration refill,
      String why) {}

  /**
   * Slots by state, and claimers waiting for one.
   *
   * @param superseded those of the idle that were made before the last roll-over
   */
  public record Slots(
      int allocating,
      int idle,
      int superseded,
      int probing,
      int claimed,
      int disposing,
      int waiting) {}

  /**
   * Counts since the pool was made.
   *
   * @param hits claims served from stock at once
   * @param misses claims that had to wait, or that were turned away empty-handed
   * @param expired replaced by age, roll-over, examination or their own end
   */
  public record Traffic(
      long hits,
      long misses,
      long taken,
      long undone,
      long poisoned,
      long allocated,
      long allocationsFailed,
      long expired,
      long disposed) {
    /** Share of claims served at once, 0 to 1; empty before the first claim. */
    public OptionalDouble hitRatio() {
      long claims = hits + misses;
      return claims == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) hits / claims);
    }
  }

  /**
   * Allocation is failing and will be tried again.
   *
   * @param failuresInARow one or more
   * @param in time until the next attempt; zero when it is due or under way
   * @param cause the last failure
   */
  public record Retry(int failuresInARow, Duration in, Throwable cause) {}
}
