package io.vmfactory.bench.run;

import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseReport;
import io.vmfactory.bench.report.Gauge;
import io.vmfactory.bench.report.HostFacts;
import io.vmfactory.bench.report.Report;
import io.vmfactory.bench.report.Series;
import io.vmfactory.bench.spec.Promise;
import io.vmfactory.bench.spec.Promises;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Formats a report for a terminal. Times of different boundaries are in tables of their own. */
final class TextReport {
  private static final String ROW = "  %-15s %-10s %-32s %9s %9s %9s %9s %6s %8s";
  private static final double MICROS_IN_MILLI = 1000;

  private final Report report;
  private final List<String> lines = new ArrayList<>();

  private TextReport(Report report) {
    this.report = report;
  }

  /** Returns lines that end with a line break. */
  static String of(Report report) {
    TextReport text = new TextReport(report);
    text.host();
    for (Boundary boundary : Boundary.values()) {
      text.times(boundary);
    }
    text.gauges();
    text.findings();
    text.notes();
    return String.join("\n", text.lines) + "\n";
  }

  private void host() {
    HostFacts host = report.host();
    add(
        "host: %d x %s, %d MiB, Linux %s, Java %s",
        host.cpus(), host.cpu(), host.memoryMib(), host.kernel(), host.java());
    add("VMs: QEMU %s, accelerator %s; %s", host.qemu(), host.accelerator(), host.guest());
    add(
        "vmfactory %s, revision %s; scale %s",
        host.daemon(), host.revision().isEmpty() ? "unknown" : host.revision(), report.scale());
    for (CaseReport one : report.cases()) {
      add(
          "case %s: %d rounds, load %.2f before, %.2f after%s",
          one.name(),
          one.control().iterations(),
          one.loadBefore(),
          one.loadAfter(),
          one.failure().isEmpty() ? "" : "; FAILED: " + one.failure());
    }
  }

  private void times(Boundary boundary) {
    List<String> rows = new ArrayList<>();
    for (CaseReport one : report.cases()) {
      for (Series series : one.series()) {
        if (series.boundary() == boundary) {
          rows.add(row(one, series));
        }
      }
    }
    if (!rows.isEmpty()) {
      add("");
      add("%s; ms", boundary.title());
      lines.add(ROW.formatted("case", "of", "", "p50", "p90", "p99", "max", "count", "x floor"));
      lines.addAll(rows);
    }
  }

  private static String row(CaseReport one, Series series) {
    return ROW.formatted(
        one.name(),
        series.subject(),
        series.name(),
        millis(series, 50),
        millis(series, 90),
        millis(series, 99),
        millis(series, 100),
        series.micros().size(),
        overFloor(one, series));
  }

  private static String overFloor(CaseReport one, Series series) {
    return one.series().stream()
        .filter(floor -> floor.id().equals(series.floor()))
        .map(floor -> decimal((double) series.percentile(50) / floor.percentile(50)))
        .findFirst()
        .orElse("");
  }

  private void gauges() {
    List<String> rows = new ArrayList<>();
    for (CaseReport one : report.cases()) {
      for (Gauge gauge : one.gauges()) {
        rows.add(
            "  %-15s %-58s %9s %s"
                .formatted(one.name(), gauge.name(), decimal(gauge.value()), gauge.unit()));
      }
    }
    section("other figures", rows);
  }

  private void findings() {
    List<String> rows = new ArrayList<>();
    for (Promise promise : Promises.all()) {
      report.cases().stream()
          .flatMap(one -> one.findings().stream())
          .filter(finding -> finding.promise().equals(promise.id()))
          .forEach(finding -> rows.add("  " + PromiseLine.line(promise, finding.value())));
    }
    section("promises", rows);
  }

  private void notes() {
    List<String> rows = new ArrayList<>();
    for (CaseReport one : report.cases()) {
      one.notes().forEach(note -> rows.add("  %s: %s".formatted(one.name(), note)));
    }
    section("notes", rows);
  }

  private void section(String title, List<String> rows) {
    if (!rows.isEmpty()) {
      add("");
      lines.add(title);
      lines.addAll(rows);
    }
  }

  private static String millis(Series series, double percent) {
    return decimal(series.percentile(percent) / MICROS_IN_MILLI);
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private void add(String format, Object... arguments) {
    lines.add(String.format(Locale.ROOT, format, arguments));
  }
}
