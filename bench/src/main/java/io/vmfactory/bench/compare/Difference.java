package io.vmfactory.bench.compare;

import io.vmfactory.bench.compare.Measure.Pair;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.apache.commons.statistics.inference.MannWhitneyUTest;
import org.apache.commons.statistics.inference.WilcoxonSignedRankTest;

/**
 * How the samples after differ from those before.
 *
 * @param before median
 * @param after median
 * @param delta relative difference of the medians: 0.1 is 10 % more
 * @param p chance of a difference like this when there is none
 * @param least the least {@code p} that so many samples could have given
 * @param agree whether every pair of runs differs in the same direction
 */
record Difference(
    double before, double after, double delta, double p, double least, boolean agree) {
  /** Fewer pairs of runs than this cannot give a p below 0.01 by their medians alone. */
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

  /** As multiples of their pair's median: what both runs of a pair had in common is gone. */
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

  /** Samples that are all the same have no ranks, and no p. */
  private static double number(double p) {
    return Double.isNaN(p) ? 1 : p;
  }

  /** All of one side above all of the other: two of all the ways to deal the ranks. */
  private static double least(int before, int after) {
    double ways = 1;
    for (int i = 1; i <= before; i++) {
      ways *= (double) (after + i) / i;
    }
    return Math.min(1, 2 / ways);
  }
}
