package io.vmfactory.bench.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Finds the series that became slower or faster. Times with a floor are judged by their ratio to
 * it, round by round; floors are not judged. The probability of a false alarm is that of all series
 * together (Holm).
 */
final class Comparison {
  /** If nothing has changed, the probability of an alarm in any series is below this. */
  static final double CHANCE = 0.01;

  /** Smaller relative differences are not reported. */
  static final double MATTERS = 0.05;

  /** The verdict on a series. */
  enum Verdict {
    SLOWER,
    FASTER,
    SAME,
    /** So few rounds could not have shown a difference. */
    TOO_FEW,
    /** The series differs, but not in the same direction in all pairs of runs. */
    RUNS_DISAGREE,
    /** The series differs, but no more than the case's floors, which contain none of our code. */
    MACHINE,
    FLOOR
  }

  /**
   * The comparison of one series.
   *
   * @param judged difference of the ratios to the floor if there is one, otherwise of the times
   * @param times difference of the times, in milliseconds
   * @param p probability of {@code judged}, corrected for the number of series; 1 for a floor
   */
  record Row(Measure measure, Difference judged, Difference times, double p, Verdict verdict) {}

  private Comparison() {}

  static List<Row> of(Runs runs) {
    List<Row> rows = new ArrayList<>();
    for (Measure measure : Measure.of(runs)) {
      rows.add(
          new Row(
              measure,
              Difference.of(measure.judged()),
              Difference.of(measure.times()),
              1,
              Verdict.FLOOR));
    }
    List<Integer> judged =
        IntStream.range(0, rows.size())
            .filter(i -> !rows.get(i).measure().floor())
            .boxed()
            .sorted(Comparator.comparingDouble(i -> rows.get(i).judged().p()))
            .toList();
    double p = 0;
    for (int rank = 0; rank < judged.size(); rank++) {
      Row row = rows.get(judged.get(rank));
      p = Math.max(p, Math.min(1, row.judged().p() * (judged.size() - rank)));
      Verdict verdict = verdict(row, p, judged.size(), drift(rows, row.measure()));
      rows.set(judged.get(rank), new Row(row.measure(), row.judged(), row.times(), p, verdict));
    }
    return rows;
  }

  /**
   * Returns how much the case's floors differ, unless the judged values are free of that already.
   */
  private static double drift(List<Row> rows, Measure measure) {
    double[] floors =
        rows.stream()
            .filter(row -> row.measure().floor() && measure.ratios().isEmpty())
            .filter(row -> row.measure().benchCase().equals(measure.benchCase()))
            .mapToDouble(row -> row.times().delta())
            .sorted()
            .toArray();
    return floors.length == 0 ? 0 : floors[floors.length / 2];
  }

  private static Verdict verdict(Row row, double p, int tests, double drift) {
    Difference judged = row.judged();
    if (judged.least() * tests >= CHANCE) {
      return Verdict.TOO_FEW;
    }
    if (p >= CHANCE || Math.abs(judged.delta()) <= MATTERS) {
      return Verdict.SAME;
    }
    if (!judged.agree()) {
      return Verdict.RUNS_DISAGREE;
    }
    double beyond = (1 + judged.delta()) / (1 + drift) - 1;
    if (Math.abs(beyond) <= MATTERS || beyond * judged.delta() < 0) {
      return Verdict.MACHINE;
    }
    return judged.delta() > 0 ? Verdict.SLOWER : Verdict.FASTER;
  }
}
