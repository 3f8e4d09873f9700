package io.vmfactory.bench.compare;

import io.vmfactory.bench.report.CaseReport;
import io.vmfactory.bench.report.Report;
import io.vmfactory.bench.report.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One series in all runs.
 *
 * @param times its times in ms, per pair of runs
 * @param ratios ratios of its rounds to those of its floor, or else of its subject's floor; empty
 *     if no floor has as many rounds
 * @param floor whether the series itself is a floor: it contains none of our code, so only the
 *     machine changes it
 */
record Measure(
    String benchCase, String id, boolean floor, List<Pair> times, Optional<List<Pair>> ratios) {

  /** The samples of a pair of runs, at least one each. */
  record Pair(double[] before, double[] after) {}

  /**
   * Returns the values to judge: ratios if there are any, since they are free of the machine's
   * drift.
   */
  List<Pair> judged() {
    return ratios.orElse(times);
  }

  /** Returns all series that every run has, in the first run's order. */
  static List<Measure> of(Runs runs) {
    List<Measure> measures = new ArrayList<>();
    for (CaseReport of : runs.before().get(0).cases()) {
      for (Series series : of.series()) {
        of(runs, of.name(), series).ifPresent(measures::add);
      }
    }
    return measures;
  }

  private static Optional<Measure> of(Runs runs, String benchCase, Series first) {
    List<Pair> times = new ArrayList<>();
    List<Pair> ratios = new ArrayList<>();
    for (int i = 0; i < runs.before().size(); i++) {
      Optional<Found> before = find(runs.before().get(i), benchCase, first.id());
      Optional<Found> after = find(runs.after().get(i), benchCase, first.id());
      if (before.isEmpty() || after.isEmpty()) {
        return Optional.empty();
      }
      times.add(new Pair(before.get().times(), after.get().times()));
      if (before.get().ratios().isPresent() && after.get().ratios().isPresent()) {
        ratios.add(new Pair(before.get().ratios().get(), after.get().ratios().get()));
      }
    }
    return Optional.of(
        new Measure(
            benchCase,
            first.id(),
            find(runs.before().get(0), benchCase, first.id()).orElseThrow().isFloor(),
            times,
            ratios.size() == times.size() ? Optional.of(ratios) : Optional.empty()));
  }

  private static Optional<Found> find(Report report, String benchCase, String id) {
    return report.cases().stream()
        .filter(of -> of.name().equals(benchCase))
        .flatMap(of -> of.series().stream().map(series -> new Found(of, series)))
        .filter(found -> found.series().id().equals(id) && !found.series().micros().isEmpty())
        .findFirst();
  }

  /** A series of one run. */
  private record Found(CaseReport of, Series series) {
    double[] times() {
      return series.micros().stream().mapToDouble(micros -> micros / 1e3).toArray();
    }

    Optional<double[]> ratios() {
      return Stream.concat(
              Stream.of(series),
              of.series().stream().filter(other -> other.subject().equals(series.subject())))
          .map(Series::floor)
          .flatMap(floor -> of.series().stream().filter(other -> other.id().equals(floor)))
          .filter(floor -> floor.subject().equals(Series.FLOOR))
          .map(Series::micros)
          .filter(floor -> floor.size() == series.micros().size() && !floor.contains(0L))
          .findFirst()
          .map(
              floor ->
                  IntStream.range(0, floor.size())
                      .mapToDouble(i -> (double) series.micros().get(i) / floor.get(i))
                      .toArray());
    }

    boolean isFloor() {
      return series.subject().equals(Series.FLOOR);
    }
  }
}
