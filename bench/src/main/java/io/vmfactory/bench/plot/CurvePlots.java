package io.vmfactory.bench.plot;

import io.vmfactory.bench.plot.Plot.Axis;
import io.vmfactory.bench.plot.Plot.Line;
import io.vmfactory.bench.report.CaseReport;
import io.vmfactory.bench.report.Curve;
import io.vmfactory.bench.report.Curve.Point;
import io.vmfactory.bench.report.Report;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/** Plots of the curves that cases recorded, such as cost, or pools over time. */
final class CurvePlots {
  private static final double DECADES = 30;
  private static final int MOST_ROWS = 100;

  private CurvePlots() {}

  static List<Plot> of(Report report) {
    List<Plot> plots = new ArrayList<>();
    for (CaseReport of : report.cases()) {
      Map<String, List<Curve>> charts = new LinkedHashMap<>();
      of.curves().stream()
          .filter(curve -> !curve.points().isEmpty())
          .forEach(
              curve ->
                  charts.computeIfAbsent(curve.chart(), chart -> new ArrayList<>()).add(curve));
      charts.forEach((chart, curves) -> plots.add(plot(of.name(), chart, curves)));
    }
    return plots;
  }

  private static Plot plot(String name, String chart, List<Curve> curves) {
    return new Plot(
        Plot.id("curve", name, chart),
        Character.toUpperCase(chart.charAt(0)) + chart.substring(1) + ": case " + name,
        sampled(curves) ? "The table has some of the points; all are in the report." : "",
        new Axis(curves.get(0).x(), false),
        y(curves),
        List.of(),
        lines(curves),
        table(curves));
  }

  private static List<Line> lines(List<Curve> curves) {
    Palette palette = new Palette();
    List<Line> lines = new ArrayList<>();
    for (Curve curve : curves) {
      int colour = palette.next(curve.name());
      lines.add(new Line(curve.name(), colour, lines.size() / Palette.COLOURS, curve.points()));
    }
    return lines;
  }

  private static Axis y(List<Curve> curves) {
    String label = curves.get(0).y();
    double least = heights(curves).min().orElseThrow();
    double most = heights(curves).max().orElseThrow();
    boolean log = least > 0 && most > DECADES * least;
    return new Axis(log ? label + " (logarithmic)" : label, log);
  }

  private static DoubleStream heights(List<Curve> curves) {
    return curves.stream().flatMap(curve -> curve.points().stream()).mapToDouble(Point::y);
  }

  private static List<List<String>> table(List<Curve> curves) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("curve", curves.get(0).x(), curves.get(0).y(), "what"));
    for (Curve curve : curves) {
      for (int i = 0; i < curve.points().size(); i += every(curve)) {
        Point point = curve.points().get(i);
        rows.add(
            List.of(curve.name(), Millis.text(point.x()), Millis.text(point.y()), point.label()));
      }
    }
    return rows;
  }

  private static boolean sampled(List<Curve> curves) {
    return curves.stream().anyMatch(curve -> every(curve) > 1);
  }

  /**
   * Returns the distance between the points shown in the table, since thousands of rows help no
   * reader.
   */
  private static int every(Curve curve) {
    return (curve.points().size() + MOST_ROWS - 1) / MOST_ROWS;
  }
}
