package io.vmfactory.pool;

import java.time.Duration;

/** The rule for how many values a pool keeps in stock. */
public sealed interface PoolSizing {
  /** A number that never changes: {@code count}, zero or more. */
  record Fixed(int count) implements PoolSizing {
    public Fixed {
      Checks.that(count >= 0, "sizing.count must not be negative, is " + count);
    }
  }

  /**
   * The smallest number such that a claim finds a value in stock with the given probability. It is
   * estimated from the claims seen, the time that allocations take and how many of them are made at
   * once. It is {@code max} if claims come faster than values can be replaced, and {@code min} if
   * less than one claim is due within {@code memory}. It rises within seconds of demand and falls
   * by half-lives of {@code memory}.
   *
   * @param min fewest, zero or more
   * @param max most, at least {@code min}
   * @param probability wanted probability that a claim is served at once, above 0 and below 1
   * @param memory half-life with which past demand is forgotten
   */
  record Auto(int min, int max, double probability, Duration memory) implements PoolSizing {
    public Auto {
      Checks.that(min >= 0 && max >= min, "sizing needs 0 <= min <= max, is " + min + ".." + max);
      Checks.that(probability > 0 && probability < 1, "sizing.probability must be inside 0..1");
      Checks.positive(memory, "sizing.memory");
    }
  }

  /** Returns a sizing that keeps {@code count} values. */
  static PoolSizing fixed(int count) {
    return new Fixed(count);
  }

  /**
   * Returns a sizing between {@code min} and {@code max} with a probability of 0.99 and a half-life
   * of 10 minutes.
   */
  static PoolSizing auto(int min, int max) {
    return new Auto(min, max, 0.99, Duration.ofMinutes(10));
  }
}
