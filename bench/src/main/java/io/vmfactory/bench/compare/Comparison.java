package io.vmfactory.bench.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What has become slower or faster. Times that have a floor are judged by their ratio to it, round
 * by round; floors are not judged; the chance of a false alarm is that of all together (Holm).
 */
final class Comparison {
  /** An alarm has a chance below this, of all series together, when nothing has changed. */
  static final double CHANCE = 0.01;

  /** A smaller difference is none that anybody needs to know. */
  static final double MATTERS = 0.05;

  /** What is to be said of a series. */
  enum Verdict {
    SLOWER,
    FASTER,
    SAME,
    /** With that many rounds nothing could have been shown. */
    TOO_FEW,
    /** It differs, but not in one direction in all pairs of runs. */
    RUNS_DISAGREE,
    /** It differs, but no more than the case's floors, which have none of our code. */
    MACHINE,
    FLOOR
  }

  /**
   * A series.
   *
   * @param judged ratios to the floor where there is one, else times
   * @param times milliseconds
   * @param p of {@code judged}, corrected for the number of series; 1 for a floor
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

  /** By how much the case's floors differ, when what is judged is not free of it already. */
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
