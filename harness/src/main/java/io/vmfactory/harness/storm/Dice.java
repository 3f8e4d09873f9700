package io.vmfactory.harness.storm;

import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * Choices that a seed decides: the same seed makes the same actor choose the same things in the
 * same order, however the machine interleaves the actors. Confined to one thread.
 */
final class Dice {
  private final Random random;

  /** The choices of actor {@code name} in a storm of that seed. */
  Dice(long seed, String name) {
    random = new Random(seed * 31 + name.hashCode());
  }

  /** A number from 0 to {@code bound} - 1. */
  int below(int bound) {
    return random.nextInt(bound);
  }

  /** A number between the two, both included. */
  int between(int least, int most) {
    return least + below(most - least + 1);
  }

  /** True in {@code percent} of 100 throws. */
  boolean chance(int percent) {
    return below(100) < percent;
  }

  /** One of them; there must be one. */
  <T> T of(List<T> things) {
    return things.get(below(things.size()));
  }

  /** A span of milliseconds between the two. */
  Duration millis(int least, int most) {
    return Duration.ofMillis(between(least, most));
  }
}
