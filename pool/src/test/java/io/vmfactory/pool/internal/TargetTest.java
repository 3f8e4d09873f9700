package io.vmfactory.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.pool.PoolSizing;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Tests how many values are wanted if several are made at once. */
class TargetTest {
  /** Returns the wanted number for one claim a second, each replaced within 0.8 s. */
  private static int wanted(int atOnce) {
    Target target = new Target(PoolSizing.auto(1, 64), atOnce, 0);
    for (int second = 0; second < 300; second++) {
      long now = Duration.ofSeconds(second).toNanos();
      target.arrived(now);
      target.allocated(Duration.ofMillis(800).toNanos(), now);
    }
    return target.count();
  }

  @Test
  void whatWaitsForItsTurnToBeMadeIsCovered() {
    // 0.8 are being made; with one at a time, 1.6 more wait to be made.
    assertThat(wanted(64)).isEqualTo(4);
    assertThat(wanted(1)).isEqualTo(8);
  }
}
