package io.vmfactory.bench.cases;

import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.harness.storm.Storm;
import java.io.IOException;
import java.time.Duration;

/** Runs clients while VMs and daemons are killed, on a daemon of its own. */
final class StormCase implements BenchCase {
  private static final long SEED = 11;

  @Override
  public String name() {
    return "storm";
  }

  @Override
  public String summary() {
    return "VMs and daemons are killed while clients use them; a checker judges the result";
  }

  /**
   * Returns settings whose iterations are cycles and whose concurrency is the number of clients.
   */
  @Override
  public CaseSettings control(Scale scale) {
    return new CaseSettings(
        scale.pick(8, 3, 1), 0, scale.pick(4, 4, 2), Duration.ofMinutes(scale.pick(15, 10, 5)));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    int steps = control.iterations() == 1 ? 2 : 6;
    Storm.Options options =
        new Storm.Options(control.iterations(), SEED, control.concurrency(), steps);
    try {
      Storm.Result result = Storm.run(bench.launcher(), options, bench::progress);
      out.gauge("operations", "operations", result.operations());
      out.gauge("VMs killed or stopped", "VMs", result.vmsKilled());
      out.gauge("daemons killed or replaced", "daemons", result.daemonsEnded());
      out.finding("storm", result.complaints().size());
      result.complaints().forEach(out::note);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException("the storm was stopped", e);
    }
  }
}
