package io.vmfactory.bench.report;

import java.util.List;

/**
 * The results of a run. docs/bench-report.md describes its file.
 *
 * @param schema version of the file's format
 * @param scale how thorough the run was, see {@link io.vmfactory.bench.cases.Scale}
 */
public record Report(String schema, String scale, HostFacts host, List<CaseReport> cases) {
  /** The format that this code writes. */
  public static final String SCHEMA = "vmfactory-bench/1";

  public Report {
    cases = List.copyOf(cases);
  }

  /** Returns what was found about a promise, in the order of the cases. */
  public List<Finding> findings(String promise) {
    return cases.stream()
        .flatMap(of -> of.findings().stream())
        .filter(finding -> finding.promise().equals(promise))
        .toList();
  }
}
