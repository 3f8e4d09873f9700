package io.vmfactory.bench.plot;

import io.vmfactory.bench.report.Curve.Point;
import java.util.List;
import java.util.Locale;

/**
 * One plot, as plot.js draws it.
 *
 * @param id name of the figure within the page
 * @param caption what a reader must know to read it
 * @param rows names of the bars; empty for lines
 * @param lines the lines; or, for bars, the parts that they consist of, each with one point per row
 *     whose x is its length
 * @param table the same as words and numbers, header first
 */
record Plot(
    String id,
    String title,
    String caption,
    Axis x,
    Axis y,
    List<String> rows,
    List<Line> lines,
    List<List<String>> table) {

  /** An axis; {@code log} means logarithmic. */
  record Axis(String label, boolean log) {}

  /**
   * A line.
   *
   * @param colour number in the palette, which repeats, from 0; -1 is the colour of the text
   * @param dash number of the dash pattern; 0 is solid
   */
  record Line(String name, int colour, int dash, List<Point> points) {}

  /** Makes an id from words. */
  static String id(String... words) {
    return String.join(" ", words).strip().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
  }
}
