package io.vmfactory.bench.cases;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EngineTimesTest {
  @Test
  void whatIsLeftIsTakenRoundByRound() {
    List<Long> whole = List.of(500_000L, 900_000L, 510_000L);
    List<Long> floor = List.of(100_000L, 450_000L, 100_000L);
    List<Long> alone = List.of(300_000L, 400_000L, 330_000L);

    assertThat(EngineTimes.beyond(whole, List.of(floor, alone))).isEqualTo(80);
    assertThat(EngineTimes.beyond(whole, List.of(floor))).isEqualTo(410);
  }

  @Test
  void ofAnEvenNumberTheMiddleIsBetweenTwo() {
    assertThat(EngineTimes.beyond(List.of(30_000L, 10_000L), List.of())).isEqualTo(20);
  }
}
