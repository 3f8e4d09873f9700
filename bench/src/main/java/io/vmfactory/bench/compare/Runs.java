package io.vmfactory.bench.compare;

import io.vmfactory.bench.report.CaseReport;
import io.vmfactory.bench.report.HostFacts;
import io.vmfactory.bench.report.Report;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Runs of two versions, in pairs.
 *
 * @param before runs of one version, at least one
 * @param after runs of the other, as many; element i is compared with element i of {@code before}
 */
record Runs(List<Report> before, List<Report> after) {
  private static final Map<String, Function<Report, Object>> SAME = new LinkedHashMap<>();

  static {
    SAME.put("scale", Report::scale);
    host("number of CPUs", HostFacts::cpus);
    host("CPU", HostFacts::cpu);
    host("memory", HostFacts::memoryMib);
    host("kernel", HostFacts::kernel);
    host("QEMU", HostFacts::qemu);
    host("accelerator", HostFacts::accelerator);
    host("guest", HostFacts::guest);
    host("Java", HostFacts::java);
  }

  private static void host(String name, Function<HostFacts, Object> fact) {
    SAME.put(name, report -> fact.apply(report.host()));
  }

  Runs {
    if (before.isEmpty() || before.size() != after.size()) {
      throw new IllegalArgumentException("%d, %d runs".formatted(before.size(), after.size()));
    }
    before = List.copyOf(before);
    after = List.copyOf(after);
  }

  /** Returns the reasons why the figures say less than they seem to. */
  List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    SAME.forEach(
        (name, fact) -> {
          List<String> values = all().map(fact).map(Objects::toString).distinct().toList();
          if (values.size() > 1) {
            warnings.add("different %s: %s".formatted(name, String.join(" | ", values)));
          }
        });
    if (all().anyMatch(report -> report.scale().equals("SMOKE"))) {
      warnings.add("scale SMOKE: the figures say nothing");
    }
    if (before.size() == 1) {
      warnings.add(
          "one run each, one after the other: the machine's drift between them affects all figures"
              + " that have no floor; take runs in turns, A B A B, and give all of them");
    } else if (!inTurns()) {
      warnings.add(
          "the runs were not taken in turns: the machine's drift affects all figures that have no"
              + " floor");
    }
    return warnings;
  }

  private Stream<Report> all() {
    return Stream.concat(before.stream(), after.stream());
  }

  /** Whether the two runs of each pair follow each other with no other run in between. */
  private boolean inTurns() {
    List<Report> byTime = all().sorted(Comparator.comparing(Runs::begun)).toList();
    for (int i = 1; i < byTime.size(); i++) {
      if (begun(byTime.get(i)).isBefore(ended(byTime.get(i - 1)))) {
        return false;
      }
    }
    for (int i = 0; i < byTime.size(); i += 2) {
      int pair = before.indexOf(byTime.get(i)) + after.indexOf(byTime.get(i)) + 1;
      int next = before.indexOf(byTime.get(i + 1)) + after.indexOf(byTime.get(i + 1)) + 1;
      if (pair != next) {
        return false;
      }
    }
    return true;
  }

  private static Instant begun(Report report) {
    return report.cases().stream()
        .map(CaseReport::begun)
        .min(Comparator.naturalOrder())
        .orElse(Instant.EPOCH);
  }

  private static Instant ended(Report report) {
    return report.cases().stream()
        .map(CaseReport::ended)
        .max(Comparator.naturalOrder())
        .orElse(Instant.EPOCH);
  }
}
