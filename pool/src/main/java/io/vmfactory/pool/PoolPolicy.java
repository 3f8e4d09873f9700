package io.vmfactory.pool;

import java.time.Duration;

/**
 * The settings of a pool.
 *
 * @param sizing how many values to keep; can be changed later, see {@link WarmPool#resize}
 * @param allocationsAtOnce most allocations under way at the same time, 1 or more
 * @param allocationLimit time given to each allocation
 * @param backoff the pause after failed allocations
 * @param upkeep ageing and examination
 */
public record PoolPolicy(
    PoolSizing sizing,
    int allocationsAtOnce,
    Duration allocationLimit,
    Backoff backoff,
    Upkeep upkeep) {
  public PoolPolicy {
    Checks.that(allocationsAtOnce >= 1, "allocationsAtOnce must be 1 or more");
    Checks.positive(allocationLimit, "allocationLimit");
  }

  /**
   * Returns a policy with {@code sizing}, one allocation at a time, 60 s for each, the default
   * back-off and no upkeep.
   */
  public static PoolPolicy of(PoolSizing sizing) {
    return new PoolPolicy(sizing, 1, Duration.ofSeconds(60), Backoff.defaults(), Upkeep.none());
  }

  /** Returns this policy with another number of allocations at once, 1 or more. */
  public PoolPolicy withAllocationsAtOnce(int count) {
    return new PoolPolicy(sizing, count, allocationLimit, backoff, upkeep);
  }

  /** Returns this policy with another back-off. */
  public PoolPolicy withBackoff(Backoff other) {
    return new PoolPolicy(sizing, allocationsAtOnce, allocationLimit, other, upkeep);
  }

  /** Returns this policy with another upkeep. */
  public PoolPolicy withUpkeep(Upkeep other) {
    return new PoolPolicy(sizing, allocationsAtOnce, allocationLimit, backoff, other);
  }
}
