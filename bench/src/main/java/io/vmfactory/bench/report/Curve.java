package io.vmfactory.bench.report;

import java.util.List;

/**
 * Points in a chart, joined in their order.
 *
 * @param chart title of the chart, which several curves may share
 * @param x what the chart's x axis shows, with its unit
 * @param y what its y axis shows, with its unit
 */
public record Curve(String chart, String name, String x, String y, List<Point> points) {

  public Curve {
    points = List.copyOf(points);
  }

  /** A point with a label, which may be empty. */
  public record Point(double x, double y, String label) {

    public Point {
      Finite.check("x of point \"" + label + "\"", x);
      Finite.check("y of point \"" + label + "\"", y);
    }
  }
}
