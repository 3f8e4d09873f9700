package io.vmfactory.configs.time;

import java.time.Instant;

/**
 * The one adapter to the host's wall clock, so that tests can step it. Never used to measure a
 * span.
 */
@FunctionalInterface
public interface WallClock {
  /** Now, as the host sees it. */
  Instant now();

  /** The host's clock. */
  static WallClock system() {
    return Instant::now;
  }
}
