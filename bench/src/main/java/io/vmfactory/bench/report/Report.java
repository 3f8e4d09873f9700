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
}
