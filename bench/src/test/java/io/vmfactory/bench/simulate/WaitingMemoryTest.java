package io.vmfactory.bench.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.bench.simulate.Simulation.Point;
import org.junit.jupiter.api.Test;

/** Tests the memory and number of waiting VMs over time. */
class WaitingMemoryTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void memoryIsCountedWhileItWaits() {
    WaitingMemory holdings = new WaitingMemory(10 * SECOND, 2);
    holdings.entered(16, SECOND);
    holdings.arrived(2 * SECOND);
    holdings.entered(12, 3 * SECOND);
    holdings.left(16, 7 * SECOND);
    holdings.arrived(10 * SECOND);
    holdings.pass(10 * SECOND);

    assertThat(holdings.mebibyteSeconds()).isEqualTo(16 * 6 + 12 * 7);
    assertThat(holdings.peak()).isEqualTo(2);
    // 4 s of the first and 2 s of the second in the first five seconds; then 2 s and 5 s.
    assertThat(holdings.series())
        .containsExactly(new Point(0, 6 / 5.0, 1), new Point(5, 7 / 5.0, 1));
  }
}
