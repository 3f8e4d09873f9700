package io.vmfactory.bench.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vmfactory.bench.simulate.Simulation.Point;
import io.vmfactory.bench.simulate.Simulation.Result;
import io.vmfactory.bench.simulate.Simulation.Setup;
import io.vmfactory.pool.PoolSizing;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Tests traces replayed on the pool's own code. */
class SimulationTest {
  private static final Setup SETUP =
      new Setup(Duration.ofSeconds(1), 4, 16, 12, PoolSizing.fixed(0));

  @Test
  void aTinyTraceCountsAsByHand() {
    Trace trace = new Trace("tiny", new double[] {10, 10.1, 20}, 30);

    Result result = Simulation.run(trace, PoolSizing.fixed(1), SETUP);

    // One VM each is made from 0, 10 and 20 s on, within 0.8 to 1.2 s; the request at 10.1 finds
    // none.
    assertThat(result.hits()).isEqualTo(2);
    assertThat(result.shellHits()).isZero();
    assertThat(result.peakWaiting()).isEqualTo(1);
    assertThat(result.made()).isEqualTo(3);
    assertThat(result.unused()).isZero();
    assertThat(result.mebibyteSeconds()).isCloseTo(16 * (30 - 3), within(16 * 0.6));
    assertThat(result.hitRatio()).isCloseTo(2 / 3.0, within(1e-9));
  }

  @Test
  void aMissIsServedByAShellThatWaits() {
    Trace trace = new Trace("tiny", new double[] {10, 10.1, 10.2, 20}, 30);
    Setup withShells = new Setup(Duration.ofSeconds(1), 4, 16, 12, PoolSizing.fixed(1));

    Result result = Simulation.run(trace, PoolSizing.fixed(0), withShells);

    assertThat(result.hits()).isZero();
    assertThat(result.shellHits()).isEqualTo(2);
    assertThat(result.mebibyteSeconds()).isCloseTo(12 * (30 - 1.5), within(12 * 0.3));
  }

  @Test
  void nothingArrivesAndNothingIsMissed() {
    Result result =
        Simulation.run(new Trace("calm", new double[0], 60), PoolSizing.fixed(2), SETUP);

    assertThat(result.hitRatio()).isEqualTo(1);
    assertThat(result.meanMebibytes()).isCloseTo(32, within(0.7));
  }

  @Test
  void theSeriesCoversTheWholeAndAddsUp() {
    Result result = Simulation.run(ArrivalShape.BURSTY.trace(1, 7200, 3), Policy.of("auto"), SETUP);

    assertThat(result.series()).hasSize(500);
    assertThat(result.series().stream().mapToInt(Point::arrivals).sum())
        .isEqualTo(result.arrivals());
    double vms = result.series().stream().mapToDouble(Point::waiting).average().orElseThrow();
    assertThat(16 * vms).isCloseTo(result.meanMebibytes(), within(1e-6));
  }

  @Test
  void theSameComesOutOfTheSame() {
    Trace trace = ArrivalShape.DIURNAL.trace(0.5, 20_000, 3);

    assertThat(Simulation.run(trace, Policy.of("auto"), SETUP))
        .isEqualTo(Simulation.run(trace, Policy.of("auto"), SETUP));
  }

  /** At any rate, with any time to make a VM and any number made at once. */
  @RepeatedTest(20)
  void autoMeetsItsTargetOnSteadyDemandWhereverRefillCanFollow(RepetitionInfo info) {
    SplittableRandom random = new SplittableRandom(info.getCurrentRepetition());
    int atOnce = random.nextInt(1, 17);
    double seconds = Math.exp(random.nextDouble(Math.log(0.1), Math.log(10)));
    double busy = random.nextDouble(0.02, 0.75);
    double rate = busy * atOnce / seconds;
    Duration buildTime = Duration.ofNanos((long) (seconds * 1e9));
    Setup setup = new Setup(buildTime, atOnce, 16, 12, PoolSizing.fixed(0));
    Trace trace = ArrivalShape.POISSON.trace(rate, 20_000 / rate, info.getCurrentRepetition());

    Result result = Simulation.run(trace, Policy.of("auto:1..64"), setup);

    assertThat(result.hitRatio()).isGreaterThanOrEqualTo(0.985);
  }
}
