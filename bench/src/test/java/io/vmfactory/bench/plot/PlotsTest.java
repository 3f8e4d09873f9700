package io.vmfactory.bench.plot;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.bench.plot.Plot.Line;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseReport;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Curve;
import io.vmfactory.bench.report.Curve.Point;
import io.vmfactory.bench.report.Report;
import io.vmfactory.bench.report.SampleReport;
import io.vmfactory.bench.report.Series;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlotsTest {
  private static final Report SAMPLE = SampleReport.of(1);

  @Test
  void boundariesAreNeverInOnePlot() {
    for (Plot plot : LatencyPlots.of(SAMPLE)) {
      Boundary boundary =
          Boundary.valueOf(
              plot.id().replace("latency-", "").replace('-', '_').toUpperCase(Locale.ROOT));
      assertThat(plot.lines())
          .hasSize(
              (int)
                  SAMPLE.cases().stream()
                      .flatMap(of -> of.series().stream())
                      .filter(series -> series.boundary() == boundary)
                      .count());
    }
  }

  @Test
  void aFloorIsDashedInTheColourOfWhatTookTurnsWithIt() {
    List<Line> lines = LatencyPlots.of(SAMPLE).get(0).lines();

    Line clone = line(lines, "clone · TEMPLATE: until the agent answers");
    Line floor = line(lines, "clone · floor: until the agent answers");

    assertThat(clone.dash()).isZero();
    assertThat(floor.dash()).isEqualTo(1);
    assertThat(floor.colour()).isEqualTo(clone.colour());
  }

  private static Line line(List<Line> lines, String name) {
    return lines.stream().filter(line -> line.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void aLineGoesFromTheFastestToTheSlowestRound() {
    Plot plot = LatencyPlots.of(report(series("WARM", Boundary.READY, 3000, 1000, 2000))).get(0);

    assertThat(plot.lines().get(0).points())
        .extracting(Point::x)
        .containsExactly(1.0, 1.0, 2.0, 3.0);
    assertThat(plot.table().get(1))
        .containsExactly(
            "test · WARM: it", "3", "1.00", "1.00", "2.00", "3.00", "3.00", "3.00", "3.00");
  }

  @Test
  void aCrowdedPlotIsOneForEachCase() {
    Series[] many =
        IntStream.range(0, 9)
            .mapToObj(i -> series("route" + i, Boundary.READY, 1000))
            .toArray(Series[]::new);

    assertThat(LatencyPlots.of(report(many)))
        .extracting(Plot::id)
        .containsExactly("latency-ready-test");
  }

  @Test
  void stepsOfVeryDifferentLengthAreNotInOnePlot() {
    Report report =
        report(
            series("COLD", Boundary.STEP, 2_000_000),
            series("TEMPLATE", Boundary.STEP, 60_000),
            series("floor", Boundary.STEP, 50_000));

    assertThat(StepPlots.of(report))
        .extracting(Plot::rows)
        .containsExactly(List.of("floor", "TEMPLATE"), List.of("COLD"));
  }

  @Test
  void anAxisIsLogarithmicWhereItsValuesSpanDecades() {
    List<Plot> plots = CurvePlots.of(SAMPLE);

    assertThat(plots).extracting(plot -> plot.y().log()).containsExactly(false, true);
    assertThat(plots).extracting(plot -> plot.x().log()).containsOnly(false);
  }

  @Test
  void aLongCurveIsDrawnWholeAndListedInPart() {
    List<Point> points =
        IntStream.range(0, 1000).mapToObj(second -> new Point(second, 1, "")).toList();
    CaseReport of =
        new CaseReport(
            "test",
            CaseSettings.of(1, 0, Duration.ofMinutes(1)),
            Instant.EPOCH,
            Instant.EPOCH,
            0,
            0,
            "",
            List.of(),
            List.of(),
            List.of(new Curve("pool", "warm", "s", "VMs", points)),
            List.of(),
            List.of());

    Plot plot = CurvePlots.of(report(of)).get(0);

    assertThat(plot.lines().get(0).points()).hasSize(1000);
    assertThat(plot.table()).hasSize(101);
    assertThat(plot.caption()).contains("some of the points");
  }

  private static Series series(String subject, Boundary boundary, long... micros) {
    return new Series(subject, "it", boundary, null, Arrays.stream(micros).boxed().toList());
  }

  private static Report report(Series... series) {
    return report(
        new CaseReport(
            "test",
            CaseSettings.of(1, 0, Duration.ofMinutes(1)),
            Instant.EPOCH,
            Instant.EPOCH,
            0,
            0,
            "",
            List.of(series),
            List.of(),
            List.of(),
            List.of(),
            List.of()));
  }

  private static Report report(CaseReport of) {
    return new Report(Report.SCHEMA, "FULL", SAMPLE.host(), List.of(of));
  }
}
