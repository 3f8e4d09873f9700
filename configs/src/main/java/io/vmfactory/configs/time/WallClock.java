package io.vmfactory.configs.time;

import java.time.Instant;

/**
 * The only adapter to the host's wall clock, so that tests can step it. Never used to measure a
 * duration.
 */
@FunctionalInterface
public interface WallClock {
  /** Returns the current time of the host. */
  Instant now();

  /** Returns the host's clock. */
  static WallClock system() {
    return Instant::now;
  }
}
