package io.vmfactory.bench.plot;

import io.vmfactory.bench.report.CaseReport;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Finding;
import io.vmfactory.bench.report.Gauge;
import io.vmfactory.bench.report.HostFacts;
import io.vmfactory.bench.report.Report;
import io.vmfactory.bench.report.Series;
import io.vmfactory.bench.spec.Promise;
import io.vmfactory.bench.spec.Promises;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The tables of a page: the host, the promises, and each case. */
final class CaseTables {
  private CaseTables() {}

  static List<List<String>> host(HostFacts host) {
    return List.of(
        List.of("what", "measured with"),
        List.of("CPU", host.cpus() + " x " + host.cpu()),
        List.of("memory", host.memoryMib() + " MiB"),
        List.of("kernel", host.kernel()),
        List.of("QEMU", host.qemu()),
        List.of("accelerator", host.accelerator()),
        List.of("guest", host.guest()),
        List.of("Java", host.java()),
        List.of("revision", host.revision().isEmpty() ? "unknown" : host.revision()),
        List.of("daemon", host.daemon()));
  }

  static List<List<String>> cases(List<CaseReport> cases) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "case",
            "begun, UTC",
            "took, s",
            "rounds",
            "warm-up",
            "at once",
            "load before",
            "after",
            ""));
    for (CaseReport of : cases) {
      CaseSettings control = of.control();
      rows.add(
          List.of(
              of.name(),
              of.begun().toString().replaceFirst("T", " ").replaceFirst("(\\.\\d+)?Z", ""),
              "" + Duration.between(of.begun(), of.ended()).toSeconds(),
              "" + control.iterations(),
              "" + control.warmUp(),
              "" + control.concurrency(),
              "" + of.loadBefore(),
              "" + of.loadAfter(),
              of.failure().isEmpty() ? "" : "FAILED"));
    }
    return rows;
  }

  /**
   * Returns all promises, measured or not, then findings of promises that this bench does not know.
   */
  static List<List<String>> promises(Report report) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("promise", "what", "by case", "bound", "figure", "verdict"));
    for (Promise promise : Promises.all()) {
      List<Finding> its = report.findings(promise.id());
      its.forEach(finding -> rows.add(row(promise, finding)));
      if (its.isEmpty()) {
        rows.add(
            List.of(
                promise.id(),
                promise.text(),
                promise.provenBy(),
                promise.allowed(),
                "",
                "not measured"));
      }
    }
    List<String> known = Promises.all().stream().map(Promise::id).toList();
    report.cases().stream()
        .flatMap(of -> of.findings().stream())
        .filter(finding -> !known.contains(finding.promise()))
        .forEach(
            finding ->
                rows.add(
                    List.of(
                        finding.promise(), "", "", "", Millis.text(finding.value()), "unknown")));
    return rows;
  }

  private static List<String> row(Promise promise, Finding finding) {
    return List.of(
        promise.id(),
        promise.text(),
        promise.provenBy(),
        promise.allowed(),
        Millis.text(finding.value()) + " " + promise.unit(),
        promise.verdict(finding.value()));
  }

  static List<List<String>> times(CaseReport of) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("ms", "boundary", "rounds", "p50", "p90", "p99", "max", "over its floor"));
    for (Series series : of.series()) {
      if (!series.micros().isEmpty()) {
        rows.add(
            List.of(
                series.id(),
                series.boundary().name(),
                "" + series.micros().size(),
                millis(series, 50),
                millis(series, 90),
                millis(series, 99),
                millis(series, 100),
                overFloor(of, series)));
      }
    }
    return rows;
  }

  private static String overFloor(CaseReport of, Series series) {
    return of.series().stream()
        .filter(other -> other.id().equals(series.floor()))
        .map(floor -> Millis.text((double) series.percentile(50) / floor.percentile(50)) + " x")
        .findFirst()
        .orElse("");
  }

  private static String millis(Series series, double percent) {
    return Millis.text(series.percentile(percent) / 1e3);
  }

  static List<List<String>> gauges(CaseReport of) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("figure", "value", "unit"));
    for (Gauge gauge : of.gauges()) {
      rows.add(List.of(gauge.name(), Millis.text(gauge.value()), gauge.unit()));
    }
    return rows;
  }
}
