package io.vmfactory.bench.plot;

import io.vmfactory.bench.plot.Plot.Axis;
import io.vmfactory.bench.plot.Plot.Line;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseReport;
import io.vmfactory.bench.report.Curve.Point;
import io.vmfactory.bench.report.Report;
import io.vmfactory.bench.report.Series;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Plots of where the time goes: a bar of steps for each subject of a case. A subject that takes
 * many times as long as the rest has a plot of its own; otherwise the rest could not be seen.
 */
final class StepPlots {
  private static final double MANY = 8;

  /** A subject's medians by step, in milliseconds. */
  private record Bar(String subject, Map<String, Double> steps) {
    double total() {
      return steps.values().stream().mapToDouble(Double::doubleValue).sum();
    }
  }

  private StepPlots() {}

  static List<Plot> of(Report report) {
    List<Plot> plots = new ArrayList<>();
    for (CaseReport of : report.cases()) {
      for (List<Bar> bars : alike(bars(of))) {
        plots.add(plot(of.name(), bars));
      }
    }
    return plots;
  }

  private static List<Bar> bars(CaseReport of) {
    Map<String, Map<String, Double>> subjects = new LinkedHashMap<>();
    for (Series series : of.series()) {
      if (series.boundary() == Boundary.STEP && !series.micros().isEmpty()) {
        subjects
            .computeIfAbsent(series.subject(), subject -> new LinkedHashMap<>())
            .put(series.name(), series.percentile(50) / 1e3);
      }
    }
    return subjects.entrySet().stream()
        .map(subject -> new Bar(subject.getKey(), subject.getValue()))
        .sorted(Comparator.comparingDouble(Bar::total))
        .toList();
  }

  private static List<List<Bar>> alike(List<Bar> sorted) {
    List<List<Bar>> groups = new ArrayList<>();
    for (Bar bar : sorted) {
      if (groups.isEmpty() || bar.total() > MANY * groups.get(groups.size() - 1).get(0).total()) {
        groups.add(new ArrayList<>());
      }
      groups.get(groups.size() - 1).add(bar);
    }
    return groups;
  }

  private static Plot plot(String name, List<Bar> bars) {
    List<String> steps = inOrder(bars);
    List<Line> parts = new ArrayList<>();
    for (String step : steps) {
      parts.add(new Line(step, parts.size(), 0, lengths(bars, step)));
    }
    return new Plot(
        Plot.id("steps", name, bars.get(0).subject()),
        "Where the time goes: case " + name,
        "Median of each step. Medians do not add up exactly to the median of the whole.",
        new Axis("time, ms", false),
        new Axis("", false),
        bars.stream().map(Bar::subject).toList(),
        parts,
        table(bars, steps));
  }

  /**
   * Returns all steps; a step that only one subject has comes right after that subject's previous
   * step.
   */
  private static List<String> inOrder(List<Bar> bars) {
    List<String> order = new ArrayList<>();
    for (Bar bar : bars) {
      int next = 0;
      for (String step : bar.steps().keySet()) {
        int known = order.indexOf(step);
        if (known < 0) {
          order.add(next, step);
        } else {
          next = known;
        }
        next++;
      }
    }
    return order;
  }

  private static List<Point> lengths(List<Bar> bars, String step) {
    List<Point> points = new ArrayList<>();
    for (Bar bar : bars) {
      points.add(new Point(bar.steps().getOrDefault(step, 0.0), points.size(), ""));
    }
    return points;
  }

  private static List<List<String>> table(List<Bar> bars, List<String> steps) {
    List<List<String>> rows = new ArrayList<>();
    List<String> header = new ArrayList<>(List.of("ms"));
    header.addAll(steps);
    header.add("sum");
    rows.add(header);
    for (Bar bar : bars) {
      List<String> row = new ArrayList<>(List.of(bar.subject()));
      steps.forEach(
          step -> {
            Double millis = bar.steps().get(step);
            row.add(millis == null ? "" : Millis.text(millis));
          });
      row.add(Millis.text(bar.total()));
      rows.add(row);
    }
    return rows;
  }
}
