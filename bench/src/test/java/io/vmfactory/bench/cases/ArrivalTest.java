package io.vmfactory.bench.cases;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.bench.cases.Arrival.Served;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ArrivalTest {
  private static final Served WARM = new Served(true, "WARM");

  /**
   * One request takes a second and delays nine that are due meanwhile and take no time themselves.
   */
  @Test
  void whoIsHeldUpByAnotherHasWaited() {
    Arrival slow = new Arrival(0, 0, 1_000_000_000, WARM);
    List<Arrival> behind =
        LongStream.rangeClosed(1, 9)
            .mapToObj(i -> new Arrival(i * 100_000_000, 1_000_000_000, 1_000_000_000, WARM))
            .toList();
    assertThat(slow.waitedMicros()).isEqualTo(1_000_000);
    assertThat(behind)
        .extracting(Arrival::waitedMicros)
        .containsExactly(
            900_000L, 800_000L, 700_000L, 600_000L, 500_000L, 400_000L, 300_000L, 200_000L,
            100_000L);
    assertThat(behind).extracting(Arrival::calledMicros).containsOnly(0L);
  }

  @Test
  void ofTheFailedNothingIsTakenDown() {
    var out = new io.vmfactory.bench.report.Recorder();
    List<Arrival> all =
        List.of(
            new Arrival(0, 5_000, 10_000, WARM),
            new Arrival(0, 0, 99_000, new Served(false, "RESOURCE_EXHAUSTED")));
    Traffic.record(all, out);
    assertThat(out.series())
        .extracting(s -> s.id() + " " + s.micros())
        .containsExactly("all: due to reply [10]", "WARM: due to reply [10]");
    assertThat(Traffic.count(all, "RESOURCE_EXHAUSTED")).isOne();
  }
}
