package io.vmfactory.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A table with headings. Each column is as wide as its content; numbers are right-aligned. */
final class TextTable {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  TextTable(String... headings) {
    rows.add(List.of(headings));
  }

  TextTable row(String... cells) {
    rows.add(Arrays.stream(cells).map(Show::oneLine).toList());
    return this;
  }

  boolean isEmpty() {
    return rows.size() == 1;
  }

  /** Returns the lines, each indented by {@code indent} spaces. */
  List<String> lines(int indent) {
    int[] widths = IntStream.range(0, rows.get(0).size()).map(this::width).toArray();
    return rows.stream().map(row -> " ".repeat(indent) + line(row, widths)).toList();
  }

  private String line(List<String> row, int[] widths) {
    List<String> cells = new ArrayList<>();
    for (int i = 0; i < widths.length; i++) {
      String blanks = " ".repeat(widths[i] - row.get(i).length());
      cells.add(isNumeric(i) ? blanks + row.get(i) : row.get(i) + blanks);
    }
    return String.join(GAP, cells).stripTrailing();
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }

  private boolean isNumeric(int column) {
    return !isEmpty()
        && rows.stream()
            .skip(1)
            .map(row -> row.get(column))
            .allMatch(cell -> cell.isEmpty() || isNumber(cell));
  }

  /** Returns whether a cell holds digits and at most a unit. Hexadecimal names are not numbers. */
  private static boolean isNumber(String cell) {
    return cell.matches("\\d[\\d.]{0,8}( ?(%|x|KiB|MiB|GiB|ms|s|m|h|d|µs))?");
  }
}
