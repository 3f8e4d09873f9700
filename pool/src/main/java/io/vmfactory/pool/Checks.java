package io.vmfactory.pool;

import java.time.Duration;

/** Argument checks of the policy records. */
final class Checks {
  private Checks() {}

  static void that(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  static void positive(Duration value, String name) {
    that(value.compareTo(Duration.ZERO) > 0, name + " must be above zero, is " + value);
  }
}
