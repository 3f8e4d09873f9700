package io.vmfactory.bench.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.bench.simulate.Simulation.Result;
import io.vmfactory.bench.simulate.Simulation.Setup;
import io.vmfactory.bench.simulate.Simulations.Comparison;
import io.vmfactory.pool.PoolSizing;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests what SPECIFICATION.md promises for {@code auto}: figures of a simulation, the same
 * everywhere.
 */
@Tag("exhaustive")
class SimulationsTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void autoIsAsGoodAsAFixedSizeForMuchLessMemoryOnADay(long seed) {
    Setup slower = new Setup(Duration.ofSeconds(15), 16, 16, 12, PoolSizing.fixed(0));
    Trace day = ArrivalShape.DIURNAL.trace(1 / 3.0, 86_400, seed);

    Comparison both = Simulations.compare(day, Policy.of("auto"), slower);

    assertThat(both.result().hitRatio()).isGreaterThanOrEqualTo(0.99);
    assertThat(both.memoryRatio()).isLessThanOrEqualTo(0.6);
  }

  @Test
  void theFixedSizeIsTheSmallestThatIsAsGood() {
    Trace trace = ArrivalShape.POISSON.trace(1, 7200, 1);

    Result best = Simulations.compare(trace, Policy.of("auto"), Simulations.SETUP).fixed();
    int size = Integer.parseInt(best.policy().replace("fixed:", ""));
    Result smaller = Simulation.run(trace, Policy.of("fixed:" + (size - 1)), Simulations.SETUP);
    Result wanted = Simulation.run(trace, Policy.of("auto"), Simulations.SETUP);

    assertThat(best.hits()).isGreaterThanOrEqualTo(wanted.hits());
    assertThat(smaller.hits()).isLessThan(wanted.hits());
  }

  @Test
  void theStandardOnesAreEveryShapeByBothPolicies() {
    List<Result> results = Simulations.standard();

    assertThat(results)
        .extracting(Result::trace)
        .containsExactly(
            "poisson", "poisson", "diurnal", "diurnal", "bursty", "bursty", "office", "office");
    assertThat(results.get(2).policy()).isEqualTo("auto:1..32");
    assertThat(results.get(2).hitRatio()).isGreaterThanOrEqualTo(0.99);
    assertThat(results.get(3).policy()).startsWith("fixed:");
    assertThat(results.get(2).mebibyteSeconds())
        .isLessThanOrEqualTo(0.6 * results.get(3).mebibyteSeconds());
  }
}
