package io.vmfactory.bench.run;

import io.vmfactory.bench.cases.BenchCase;
import io.vmfactory.bench.cases.Scale;
import io.vmfactory.bench.report.CaseSettings;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cases of a run and how to run them.
 *
 * @param iterations rounds of every case, instead of its own number
 * @param timeout time limit of every case, instead of its own
 */
record RunPlan(
    List<BenchCase> cases, Scale scale, @Nullable Integer iterations, @Nullable Duration timeout) {

  RunPlan {
    cases = List.copyOf(cases);
  }

  CaseSettings control(BenchCase benchCase) {
    CaseSettings own = benchCase.control(scale);
    return new CaseSettings(
        iterations == null ? own.iterations() : iterations,
        own.warmUp(),
        own.concurrency(),
        timeout == null ? own.timeout() : timeout);
  }
}
