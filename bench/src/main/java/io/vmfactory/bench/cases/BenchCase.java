package io.vmfactory.bench.cases;

import io.vmfactory.bench.report.Control;
import io.vmfactory.bench.report.Recorder;
import java.io.IOException;

/** One named thing to measure. */
public interface BenchCase {
  /** What it is run by: one word, dashes allowed. */
  String name();

  /** What it measures, in one line. */
  String summary();

  /** How it is run at that scale. */
  Control control(Scale scale);

  /**
   * Measures. What it changes of the pool, the next case finds: it sets what it needs itself.
   *
   * @throws IOException when it cannot be measured; says why
   */
  void run(Bench bench, Control control, Recorder out) throws IOException;
}
