package io.vmfactory.bench.plot;

import io.vmfactory.bench.plot.Plot.Axis;
import io.vmfactory.bench.plot.Plot.Line;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseReport;
import io.vmfactory.bench.report.Curve.Point;
import io.vmfactory.bench.report.Report;
import io.vmfactory.bench.report.Series;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Plots of how long hand-outs took: one per boundary, or one per boundary and case if it would be
 * crowded.
 */
final class LatencyPlots {
  private static final int CROWD = 8;
  private static final int MOST_POINTS = 400;
  private static final List<Double> PERCENTS = List.of(10.0, 25.0, 50.0, 75.0, 90.0, 99.0, 100.0);
  private static final List<Boundary> HAND_OUTS =
      List.of(Boundary.AGENT_ANSWERS, Boundary.READY, Boundary.FIRST_OUTPUT, Boundary.VMM_LOAD);

  /** A series and its case. */
  private record Entry(CaseReport of, Series series) {
    String name() {
      return of.name() + " · " + series.id();
    }

    boolean isFloor() {
      return series.subject().equals(Series.FLOOR);
    }
  }

  private LatencyPlots() {}

  static List<Plot> of(Report report) {
    List<Plot> plots = new ArrayList<>();
    HAND_OUTS.forEach(
        boundary -> {
          List<Entry> entries = entries(report, boundary);
          if (entries.size() <= CROWD) {
            add(plots, boundary, "", entries);
          } else {
            byCase(entries).forEach((name, some) -> add(plots, boundary, name, some));
          }
        });
    return plots;
  }

  private static List<Entry> entries(Report report, Boundary boundary) {
    return report.cases().stream()
        .flatMap(of -> of.series().stream().map(series -> new Entry(of, series)))
        .filter(entry -> entry.series().boundary() == boundary)
        .filter(entry -> !entry.series().micros().isEmpty())
        .toList();
  }

  private static Map<String, List<Entry>> byCase(List<Entry> entries) {
    Map<String, List<Entry>> cases = new LinkedHashMap<>();
    entries.forEach(
        entry -> cases.computeIfAbsent(entry.of().name(), name -> new ArrayList<>()).add(entry));
    return cases;
  }

  private static void add(List<Plot> plots, Boundary boundary, String name, List<Entry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    String title = "Latency, " + boundary.title() + (name.isEmpty() ? "" : ", case " + name);
    plots.add(
        new Plot(
            Plot.id("latency", boundary.name(), name),
            title,
            "Share of the rounds that took no longer. Dashed: the floor, in the colour of the series"
                + " that alternated with it.",
            new Axis("time, ms (logarithmic)", true),
            new Axis("rounds, %", false),
            List.of(),
            lines(entries),
            table(entries)));
  }

  private static List<Line> lines(List<Entry> entries) {
    Palette palette = new Palette();
    Map<Entry, Integer> colours = new LinkedHashMap<>();
    entries.stream()
        .filter(entry -> !entry.isFloor())
        .forEach(entry -> colours.put(entry, palette.next(entry.series().subject())));
    return entries.stream()
        .map(
            entry ->
                new Line(
                    entry.name(),
                    entry.isFloor() ? floorColour(entry, colours) : colours.getOrDefault(entry, -1),
                    entry.isFloor() ? 1 : 0,
                    points(entry.series().micros())))
        .toList();
  }

  private static int floorColour(Entry floor, Map<Entry, Integer> colours) {
    return colours.entrySet().stream()
        .filter(other -> other.getKey().of().equals(floor.of()))
        .filter(other -> floor.series().id().equals(other.getKey().series().floor()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(-1);
  }

  private static List<Point> points(List<Long> micros) {
    List<Long> sorted = micros.stream().sorted().toList();
    int count = Math.min(sorted.size(), MOST_POINTS);
    List<Point> points = new ArrayList<>();
    points.add(new Point(sorted.get(0) / 1e3, 0, ""));
    IntStream.rangeClosed(1, count)
        .mapToDouble(i -> 100.0 * i / count)
        .forEach(percent -> points.add(new Point(Millis.percentile(sorted, percent), percent, "")));
    return points;
  }

  private static List<List<String>> table(List<Entry> entries) {
    List<List<String>> rows = new ArrayList<>();
    List<String> header = new ArrayList<>(List.of("ms", "rounds"));
    PERCENTS.forEach(percent -> header.add(percent == 100 ? "max" : "p" + percent.intValue()));
    rows.add(header);
    for (Entry entry : entries) {
      List<Long> sorted = entry.series().micros().stream().sorted().toList();
      List<String> row = new ArrayList<>(List.of(entry.name(), "" + sorted.size()));
      PERCENTS.forEach(percent -> row.add(Millis.text(Millis.percentile(sorted, percent))));
      rows.add(row);
    }
    return rows;
  }
}
