package io.vmfactory.pool;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A consistent snapshot of a pool.
 *
 * @param phase whether the pool serves claims
 * @param aim how many values it wants in stock, and why
 * @param slots how many values it has, by state
 * @param traffic what it has done since it was made
 * @param refillPauses how many pauses of refill are in force; a pool that has not been started has
 *     one
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

  /** Whether a pool serves claims. */
  public enum Phase {
    OPEN,
    DRAINING,
    CLOSED
  }

  /**
   * The wanted stock, and the measured demand and allocation time, whether or not they decide it.
   *
   * @param count wanted number of values
   * @param wanted wanted number without the limit of {@link WarmPool#limit}; {@code count} or more
   * @param claimsPerSecond estimated rate of claims, served or not
   * @param dispersion estimated variance over mean of the claims per second, 1 or more
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
   * Numbers of slots by state, and of claimers that wait for one.
   *
   * @param superseded how many of the idle ones were made before the last roll-over
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
   * @param misses claims that had to wait or were refused
   * @param expired values replaced because of age, roll-over, examination or because they died by
   *     themselves
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
    /** Returns the share of claims served at once, 0 to 1; empty before the first claim. */
    public OptionalDouble hitRatio() {
      long claims = hits + misses;
      return claims == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) hits / claims);
    }
  }

  /**
   * The next attempt of an allocation that is failing.
   *
   * @param failuresInARow one or more
   * @param in time until the next attempt; zero if it is due or under way
   * @param cause the last failure
   */
  public record Retry(int failuresInARow, Duration in, Throwable cause) {}
}
