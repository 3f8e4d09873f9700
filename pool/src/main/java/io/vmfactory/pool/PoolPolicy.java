package io.vmfactory.pool;

import java.time.Duration;

/**
 * How a pool behaves.
 *
 * @param sizing how many to keep; can be changed later, see {@link WarmPool#resize}
 * @param allocationsAtOnce most allocations under way at the same time, 1 or more
 * @param allocationLimit the deadline given to each allocation
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

  /** {@code sizing} with one allocation at a time, 60 s each, default back-off and no upkeep. */
  public static PoolPolicy of(PoolSizing sizing) {
    return new PoolPolicy(sizing, 1, Duration.ofSeconds(60), Backoff.defaults(), Upkeep.none());
  }

  /** The same but for the number of allocations at once. */
  public PoolPolicy withAllocationsAtOnce(int count) {
    return new PoolPolicy(sizing, count, allocationLimit, backoff, upkeep);
  }

  /** The same but for the back-off. */
  public PoolPolicy withBackoff(Backoff other) {
    return new PoolPolicy(sizing, allocationsAtOnce, allocationLimit, other, upkeep);
  }

  /** The same but for the upkeep. */
  public PoolPolicy withUpkeep(Upkeep other) {
    return new PoolPolicy(sizing, allocationsAtOnce, allocationLimit, backoff, other);
  }
}
