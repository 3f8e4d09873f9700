package io.vmfactory.bench.plot;

import io.vmfactory.bench.report.CaseReport;
import io.vmfactory.bench.report.Finding;
import io.vmfactory.bench.report.Report;
import io.vmfactory.bench.spec.Promise;
import io.vmfactory.bench.spec.Promises;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What a reader wants to know first: how many promises are kept, when it was measured, and how. */
final class Headline {
  /** The routes, the fastest first. */
  private static final List<List<String>> ROUTES =
      List.of(
          List.of("route", "how a request for a VM is served"),
          List.of("WARM", "a VM that is up and waits is woken"),
          List.of("SHELL", "a process that has the template's memory mapped loads its state"),
          List.of("TEMPLATE", "a new process is made from the template"),
          List.of("COLD", "the VM boots from its kernel, without a template"));

  private Headline() {}

  /**
   * Returns one sentence such as "21 promises kept, 2 missed: warm-tail, status; 4 not measured."
   */
  static String promises(Report report) {
    List<String> missed = new ArrayList<>();
    int kept = 0;
    int unmeasured = 0;
    for (Promise promise : Promises.all()) {
      List<Finding> findings = report.findings(promise.id());
      if (findings.isEmpty()) {
        unmeasured++;
      } else if (findings.stream().map(Finding::value).allMatch(promise::allows)) {
        kept++;
      } else {
        missed.add(promise.id());
      }
    }
    String which = missed.isEmpty() ? "" : ": " + String.join(", ", missed);
    return "%d %s kept, %d missed%s; %d not measured."
        .formatted(kept, kept == 1 ? "promise" : "promises", missed.size(), which, unmeasured);
  }

  /** Returns the day of the first case, and what was measured. */
  static String date(Report report) {
    String day =
        report.cases().stream()
            .map(CaseReport::begun)
            .min(Comparator.naturalOrder())
            .map(Headline::day)
            .orElse("on an unknown day");
    String revision = report.host().revision();
    return "Measured %s (UTC)%s."
        .formatted(day, revision.isEmpty() ? "" : ", revision " + revision);
  }

  private static String day(Instant begun) {
    return "on " + LocalDate.ofInstant(begun, ZoneOffset.UTC);
  }

  /** Returns what the names of the routes mean, as a table. */
  static List<List<String>> routes() {
    return ROUTES;
  }
}
