package io.vmfactory.pool;

import java.time.Duration;

/**
 * How a pool looks after the values that wait in it.
 *
 * @param maxAge age at which a value is replaced; zero means never
 * @param probeEvery time between two examinations of one value by {@link Expiry}; zero means never
 * @param spread share, from 0 to below 1, by which each of these times is shortened at random for
 *     each value, so that values made together are not replaced or examined together
 */
public record Upkeep(Duration maxAge, Duration probeEvery, double spread) {
  public Upkeep {
    Checks.that(!maxAge.isNegative(), "upkeep.maxAge must not be negative");
    Checks.that(!probeEvery.isNegative(), "upkeep.probeEvery must not be negative");
    Checks.that(spread >= 0 && spread < 1, "upkeep.spread must be from 0 to below 1");
  }

  /** Returns an upkeep without ageing and examination. */
  public static Upkeep none() {
    return new Upkeep(Duration.ZERO, Duration.ZERO, 0);
  }
}
