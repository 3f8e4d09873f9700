package io.vmfactory.bench.plot;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vmfactory.bench.report.CaseReport;
import io.vmfactory.bench.report.Report;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** A report as an HTML page: one file that needs no other file and no network. */
public final class Page {
  private static final String CHART_JS = "/META-INF/maven/org.webjars.npm/chart.js/pom.properties";
  private static final String SCRIPT =
      "/META-INF/resources/webjars/chart.js/%s/dist/chart.umd.min.js";

  private Page() {}

  public static String of(Report report) throws IOException {
    List<Plot> plots = new ArrayList<>(LatencyPlots.of(report));
    plots.addAll(StepPlots.of(report));
    plots.addAll(CurvePlots.of(report));
    Html page = new Html();
    head(page);
    facts(page, report);
    page.element("h2", "Plots");
    plots.forEach(plot -> figure(page, plot));
    page.element("h2", "Cases");
    report.cases().forEach(of -> one(page, of));
    page.markup("</main>");
    scripts(page, plots);
    return page.markup("</body></html>").toString();
  }

  private static void head(Html page) throws IOException {
    page.markup("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
        .markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        .markup("<meta name=\"color-scheme\" content=\"light dark\">")
        .element("title", "vmfactory bench")
        .markup("<style>" + resource("plot.css") + "</style></head><body><main>");
  }

  private static void facts(Html page, Report report) {
    page.element("h1", "vmfactory bench");
    page.markup(
        "<p id=\"headline\"><strong>%s</strong></p>"
            .formatted(Html.escape(Headline.promises(report))));
    page.element("p", Headline.date(report));
    page.element("p", "Scale " + report.scale() + ". " + scale(report.scale()));
    page.table(CaseTables.host(report.host()));
    page.table(Headline.routes());
    page.table(CaseTables.cases(report.cases()));
    page.markup("<section id=\"promises\">").element("h2", "Promises");
    page.table(CaseTables.promises(report)).markup("</section>");
  }

  private static String scale(String scale) {
    return switch (scale) {
      case "FULL" -> "Read ratios: times of two machines cannot be compared.";
      case "SMOKE" -> "Everything ran once, only to see that it works: the figures mean nothing.";
      default -> "A quick look: too few rounds for 99th percentiles.";
    };
  }

  private static void figure(Html page, Plot plot) {
    page.markup("<figure id=\"%s\">".formatted(plot.id()))
        .element("figcaption", plot.title())
        .markup("<div class=\"legend\" aria-hidden=\"true\"></div>")
        .markup(
            "<div class=\"canvas\"><canvas role=\"img\" aria-label=\"%s; the table below has the same\"></canvas></div>"
                .formatted(Html.escape(plot.title())));
    if (!plot.caption().isEmpty()) {
      page.element("p", plot.caption());
    }
    page.markup("<details><summary>As a table</summary>")
        .table(plot.table())
        .markup("</details></figure>");
  }

  private static void one(Html page, CaseReport of) {
    page.markup("<section id=\"case-%s\">".formatted(Html.escape(of.name())))
        .element("h3", of.name());
    if (!of.failure().isEmpty()) {
      page.markup(
          "<p class=\"missed\">It failed; what it had measured until then is here: %s</p>"
              .formatted(Html.escape(of.failure())));
    }
    of.notes().forEach(note -> page.element("p", note));
    if (!of.series().isEmpty()) {
      page.table(CaseTables.times(of));
    }
    if (!of.gauges().isEmpty()) {
      page.table(CaseTables.gauges(of));
    }
    page.markup("</section>");
  }

  /**
   * Adds the scripts. JSON in a script ends at the first "&lt;/script", which a text of the report
   * may contain.
   */
  private static void scripts(Html page, List<Plot> plots) throws IOException {
    String json = new JsonMapper().writeValueAsString(plots).replace("<", "\\u003c");
    page.markup("<script type=\"application/json\" id=\"plots\">" + json + "</script>")
        .markup("<script>" + chartJs() + "</script>")
        .markup("<script>" + resource("plot.js") + "</script>");
  }

  private static String chartJs() throws IOException {
    Properties library = new Properties();
    try (InputStream in = open(CHART_JS)) {
      library.load(in);
    }
    return text(SCRIPT.formatted(library.getProperty("version")))
        .replaceFirst("//# sourceMappingURL=.*", "");
  }

  private static String resource(String name) throws IOException {
    return text("/io/vmfactory/bench/plot/" + name);
  }

  private static String text(String path) throws IOException {
    try (InputStream in = open(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static InputStream open(String path) throws IOException {
    InputStream in = Page.class.getResourceAsStream(path);
    if (in == null) {
      throw new IOException("not on the class path, build again: " + path);
    }
    return in;
  }
}
