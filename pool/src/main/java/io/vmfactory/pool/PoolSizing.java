package io.vmfactory.pool;

import java.time.Duration;

/** How many values a pool keeps on stock. */
public sealed interface PoolSizing {
  /** The same number always: {@code count}, zero or more. */
  record Fixed(int count) implements PoolSizing {
    public Fixed {
      Checks.that(count >= 0, "sizing.count must not be negative, is " + count);
    }
  }

  /**
   * The smallest number such that a claim finds a value on stock with the given probability,
   * estimated from the claims seen, the allocations measured and how many of these are made at
   * once: {@code max} when claims come faster than they can be replaced, {@code min} when less than
   * one is due within {@code memory}. Goes up within seconds of demand, down by half-lives of
   * {@code memory}.
   *
   * @param min fewest, zero or more
   * @param max most, at least {@code min}
   * @param probability wanted chance that a claim is served at once, above 0 and below 1
   * @param memory half-life with which past demand is forgotten
   */
  record Auto(int min, int max, double probability, Duration memory) implements PoolSizing {
    public Auto {
      Checks.that(min >= 0 && max >= min, "sizing wants 0 <= min <= max, is " + min + ".." + max);
      Checks.that(probability > 0 && probability < 1, "sizing.probability must be inside 0..1");
      Checks.positive(memory, "sizing.memory");
    }
  }

  /** Keeps {@code count}. */
  static PoolSizing fixed(int count) {
    return new Fixed(count);
  }

  /** Between {@code min} and {@code max}, covered 99 times in 100, remembered by 10 minutes. */
  static PoolSizing auto(int min, int max) {
    return new Auto(min, max, 0.99, Duration.ofMinutes(10));
  }
}
