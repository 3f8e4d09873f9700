package io.vmfactory.bench.compare;

import io.vmfactory.bench.compare.Comparison.Row;
import io.vmfactory.bench.compare.Comparison.Verdict;
import io.vmfactory.bench.report.Report;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Formats a comparison as text. */
final class ComparisonText {
  private static final List<String> HEADER =
      List.of("case", "series", "before", "after", "", "x floor", "after", "", "p", "");

  private ComparisonText() {}

  static String of(Runs runs, List<Row> rows) {
    StringBuilder out = new StringBuilder();
    out.append("before: ").append(revisions(runs.before())).append('\n');
    out.append("after:  ").append(revisions(runs.after())).append('\n');
    runs.warnings().forEach(warning -> out.append("WARNING: ").append(warning).append('\n'));
    List<List<String>> cells = new ArrayList<>();
    cells.add(HEADER);
    rows.forEach(row -> cells.add(cells(row)));
    int[] widths =
        IntStream.range(0, HEADER.size())
            .map(i -> cells.stream().mapToInt(row -> row.get(i).length()).max().orElse(0))
            .toArray();
    cells.forEach(row -> out.append('\n').append(line(row, widths)));
    return out.append("\n\n").append(verdict(rows)).toString();
  }

  private static String revisions(List<Report> reports) {
    return reports.stream()
        .map(report -> report.host().revision())
        .map(revision -> revision.isEmpty() ? "unknown revision" : revision)
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static List<String> cells(Row row) {
    boolean floor = row.verdict() == Verdict.FLOOR;
    boolean ratio = row.measure().ratios().isPresent();
    return List.of(
        row.measure().benchCase(),
        row.measure().id(),
        number(row.times().before()) + " ms",
        number(row.times().after()) + " ms",
        percent(row.times().delta()),
        ratio ? number(row.judged().before()) : "",
        ratio ? number(row.judged().after()) : "",
        ratio ? percent(row.judged().delta()) : "",
        floor ? "" : row.p() < 0.0001 ? "<0.0001" : String.format(Locale.ROOT, "%.4f", row.p()),
        row.verdict() == Verdict.SAME
            ? ""
            : row.verdict() == Verdict.SLOWER
                ? "SLOWER"
                : row.verdict().name().toLowerCase(Locale.ROOT).replace('_', ' '));
  }

  private static String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      boolean left = i < 2 || i == widths.length - 1;
      line.append(
          ("%" + (left ? "-" : "") + Math.max(1, widths[i]) + "s  ").formatted(cells.get(i)));
    }
    return line.toString().stripTrailing();
  }

  private static String verdict(List<Row> rows) {
    long slower = count(rows, Verdict.SLOWER);
    long faster = count(rows, Verdict.FASTER);
    long floors = count(rows, Verdict.FLOOR);
    return String.format(
        Locale.ROOT,
        "%d slower, %d faster, of %d series: p < %s, by Holm for all of them, and more than %.0f %%"
            + " apart;%nby the multiple of the floor, round by round, where there is one: the times"
            + " have the machine's drift in them.%n",
        slower,
        faster,
        rows.size() - floors,
        Comparison.CHANCE,
        100 * Comparison.MATTERS);
  }

  private static long count(List<Row> rows, Verdict verdict) {
    return rows.stream().filter(row -> row.verdict() == verdict).count();
  }

  private static String number(double value) {
    int decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : value >= 0.1 ? 3 : 4;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%+.1f %%", 100 * share);
  }
}
