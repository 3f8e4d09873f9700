package io.vmfactory.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Laps.Lap;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {
  private final Figures figures = new Figures();

  @Test
  void oneSlowSampleDoesNotMoveTheMedian() {
    for (int micros : List.of(100, 300, 200, 900_000, 250)) {
      figures.add("spawn", micros);
    }

    assertThat(figures.median("spawn")).isEqualTo(250);
  }

  @Test
  void lapsAreSummedToATotal() {
    figures.add(List.of(lap("spawn", 25), lap("load", 17)), "total");

    assertThat(figures.median("spawn")).isBetween(24_990L, 25_010L);
    assertThat(figures.median("total")).isBetween(41_980L, 42_020L);
  }

  @Test
  void theTableSaysMedianAndTailInMillisecondsInTheOrderOfTheSteps() {
    for (int i = 1; i <= 98; i++) {
      figures.add("load", 1_000);
    }
    figures.add("load", 8_000);
    figures.add("load", 8_000);
    figures.add("answer", 2_000);

    List<String> lines = figures.table().lines().toList();

    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).matches(" *load +1[.,]00 +8[.,]00 +100");
    assertThat(lines.get(1)).matches(" *answer +2[.,]00 +2[.,]00 +1");
  }

  private static Lap lap(String name, int millis) {
    return new Lap(name, Duration.ofMillis(millis));
  }
}
