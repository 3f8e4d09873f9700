package io.vmfactory.bench.cases;

import static io.vmfactory.bench.cases.TimedVm.READY;

import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import java.io.IOException;
import java.time.Duration;

/**
 * Measures what a waiting shell saves: the same request on route SHELL and on route TEMPLATE,
 * alternating.
 */
final class ShellCase implements BenchCase {
  private static final String SHELL = Route.SHELL.name();
  private static final String TEMPLATE = Route.TEMPLATE.name();
  private static final int KEPT = 2;

  @Override
  public String name() {
    return "shell";
  }

  @Override
  public String summary() {
    return "a request on route SHELL and one on route TEMPLATE, alternating";
  }

  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(scale.pick(60, 15, 1), scale.pick(3, 2, 0), Duration.ofMinutes(10));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    bench.keep(0, KEPT);
    bench.rounds(
        control,
        out,
        "shell, clone",
        samples -> {
          request(bench, Route.SHELL, samples);
          request(bench, Route.TEMPLATE, samples);
        });
    out.floor(SHELL, READY, TEMPLATE, READY);
    out.finding(
        "shell-over-clone", (double) out.median(SHELL, READY) / out.median(TEMPLATE, READY));
  }

  private static void request(Bench bench, Route route, Recorder out) {
    TimedVm.make(bench, route, out).close();
    bench.settled();
  }
}
