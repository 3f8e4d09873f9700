package io.vmfactory.bench.cases;

import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import java.io.IOException;

/** A named measurement. */
public interface BenchCase {
  /** Returns the name on the command line: one word, dashes allowed. */
  String name();

  /** Returns in one line what the case measures. */
  String summary();

  /** Returns the settings for that scale. */
  CaseSettings control(Scale scale);

  /**
   * Returns what the host lacks for this case and the remedy; an empty text if it lacks nothing.
   */
  default String missing() {
    return "";
  }

  /**
   * Runs the case. It sets up the pool as it needs it, and need not restore it for the next case.
   *
   * @throws IOException if it cannot measure; says why
   */
  void run(Bench bench, CaseSettings control, Recorder out) throws IOException;
}
