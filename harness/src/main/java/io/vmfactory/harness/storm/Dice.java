package io.vmfactory.harness.storm;

import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * Makes the choices of an actor from a seed. The same seed makes the same actor choose the same
 * things in the same order, however the machine interleaves the actors. Confined to one thread.
 */
final class Dice {
  private final Random random;

  /** Makes the choices of actor {@code name} in a storm with this seed. */
  Dice(long seed, String name) {
    random = new Random(seed * 31 + name.hashCode());
  }

  /** Returns a number from 0 to {@code bound} - 1. */
  int below(int bound) {
    return random.nextInt(bound);
  }

  /** Returns a number between the two, both included. */
  int between(int least, int most) {
    return least + below(most - least + 1);
  }

  /** Returns true in {@code percent} of 100 throws. */
  boolean chance(int percent) {
    return below(100) < percent;
  }

  /** Returns one of them; there must be at least one. */
  <T> T of(List<T> things) {
    return things.get(below(things.size()));
  }

  /** Returns a number of milliseconds between the two. */
  Duration millis(int least, int most) {
    return Duration.ofMillis(between(least, most));
  }
}
