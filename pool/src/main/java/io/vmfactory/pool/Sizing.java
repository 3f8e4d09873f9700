package io.vmfactory.pool;

import java.time.Duration;

/** How many values a pool keeps on stock. */
public sealed interface Sizing {
  /** The same number always: {@code count}, zero or more. */
  record Fixed(int count) implements Sizing {
    public Fixed {
      Checks.that(count >= 0, "sizing.count must not be negative, is " + count);
    }
  }

  /**
   * The smallest number such that the demand while one value is being made is covered with the
   * given probability, estimated from the claims seen and the allocations measured. Goes up within
   * seconds of demand, down by half-lives of {@code memory}.
   *
   * @param min fewest, zero or more
   * @param max most, at least {@code min}
   * @param probability wanted chance that demand is covered, above 0 and below 1
   * @param memory half-life with which past demand is forgotten
   */
  record Auto(int min, int max, double probability, Duration memory) implements Sizing {
    public Auto {
      Checks.that(min >= 0 && max >= min, "sizing wants 0 <= min <= max, is " + min + ".." + max);
      Checks.that(probability > 0 && probability < 1, "sizing.probability must be inside 0..1");
      Checks.positive(memory, "sizing.memory");
    }
  }

  /** Keeps {@code count}. */
  static Sizing fixed(int count) {
    return new Fixed(count);
  }

  /** Between {@code min} and {@code max}, covered 99 times in 100, remembered by 10 minutes. */
  static Sizing auto(int min, int max) {
    return new Auto(min, max, 0.99, Duration.ofMinutes(10));
  }
}
