package io.vmfactory.bench.plot;

import java.util.List;

/** Builds HTML; every text in it is escaped. */
final class Html {
  /** The most characters of a cell that is not broken into lines. */
  private static final int SHORT = 24;

  private final StringBuilder out = new StringBuilder();

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** Adds markup unchanged, with a line's end. */
  Html markup(String markup) {
    out.append(markup).append('\n');
    return this;
  }

  /** Adds an element with a text. */
  Html element(String name, String text) {
    return markup("<%s>%s</%s>".formatted(name, escape(text), name));
  }

  /**
   * Adds a table; the first row and the first cell of each row are headers, cells of digits are
   * numbers.
   */
  Html table(List<List<String>> rows) {
    markup("<div class=\"wide\"><table><thead>");
    row(rows.get(0), true);
    markup("</thead><tbody>");
    rows.subList(1, rows.size()).forEach(cells -> row(cells, false));
    return markup("</tbody></table></div>");
  }

  private void row(List<String> cells, boolean header) {
    out.append("<tr>");
    for (int i = 0; i < cells.size(); i++) {
      String cell = cells.get(i);
      String scope = header ? "th scope=\"col\"" : i == 0 ? "th scope=\"row\"" : "td";
      String kind = kind(cell);
      out.append("<%s%s>%s</%s>".formatted(scope, kind, escape(cell), scope.substring(0, 2)));
    }
    markup("</tr>");
  }

  private static String kind(String cell) {
    if (cell.startsWith("MISSED") || cell.equals("FAILED")) {
      return " class=\"missed\"";
    }
    if (cell.matches("(-?[0-9]+([.][0-9]+)?( x)?)?")) {
      return " class=\"number\"";
    }
    return cell.length() <= SHORT ? " class=\"short\"" : "";
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
