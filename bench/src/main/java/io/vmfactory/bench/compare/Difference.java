package io.vmfactory.bench.compare;

import io.vmfactory.bench.compare.Measure.Pair;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.apache.commons.statistics.inference.MannWhitneyUTest;
import org.apache.commons.statistics.inference.WilcoxonSignedRankTest;

/**
 * The difference between the samples before and after.
 *
 * @param before median
 * @param after median
 * @param delta relative difference of the medians: 0.1 is 10 % more
 * @param p probability of such a difference if nothing has changed
 * @param least the smallest {@code p} that so many samples can give
 * @param agree whether every pair of runs differs in the same direction
 */
record Difference(
    double before, double after, double delta, double p, double least, boolean agree) {
  /** With fewer pairs of runs, their medians alone cannot give a p below 0.01. */
  private static final int MANY_RUNS = 8;

  static Difference of(List<Pair> pairs) {
    double[] before = aligned(pairs, Pair::before);
    double[] after = aligned(pairs, Pair::after);
    double[] logs =
        pairs.stream()
            .mapToDouble(pair -> Math.log(median(pair.after()) / median(pair.before())))
            .toArray();
    double delta = median(after) / median(before) - 1;
    boolean byRuns = pairs.size() >= MANY_RUNS;
    return new Difference(
        median(all(pairs, Pair::before)),
        median(all(pairs, Pair::after)),
        delta,
        byRuns ? signedRank(logs) : mannWhitney(before, after),
        byRuns ? Math.pow(2, 1 - pairs.size()) : least(before.length, after.length),
        byRuns || Arrays.stream(logs).allMatch(log -> log * delta > 0));
  }

  private static double[] all(List<Pair> pairs, Function<Pair, double[]> side) {
    return pairs.stream().flatMapToDouble(pair -> Arrays.stream(side.apply(pair))).toArray();
  }

  /**
   * Returns the samples as multiples of their pair's median, which removes what both runs of a pair
   * had in common.
   */
  private static double[] aligned(List<Pair> pairs, Function<Pair, double[]> side) {
    return pairs.stream()
        .flatMapToDouble(
            pair -> {
              double middle = median(all(List.of(pair), Pair::before), pair.after());
              return Arrays.stream(side.apply(pair)).map(sample -> sample / middle);
            })
        .toArray();
  }

  private static double median(double[]... samples) {
    double[] sorted = Arrays.stream(samples).flatMapToDouble(Arrays::stream).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static double mannWhitney(double[] before, double[] after) {
    return number(MannWhitneyUTest.withDefaults().test(before, after).getPValue());
  }

  private static double signedRank(double[] logs) {
    return Arrays.stream(logs).allMatch(log -> log == 0)
        ? 1
        : number(WilcoxonSignedRankTest.withDefaults().test(logs).getPValue());
  }

  /** Returns p, or 1 if all samples are equal: then they have no ranks and no p. */
  private static double number(double p) {
    return Double.isNaN(p) ? 1 : p;
  }

  /**
   * Returns p if all of one side are above all of the other: two of all the ways to deal the ranks.
   */
  private static double least(int before, int after) {
    double ways = 1;
    for (int i = 1; i <= before; i++) {
      ways *= (double) (after + i) / i;
    }
    return Math.min(1, 2 / ways);
  }
}
