package io.vmfactory.bench.cases;

import static io.vmfactory.bench.cases.TimedVm.ANSWERED;
import static io.vmfactory.bench.cases.TimedVm.FLOOR;

import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * Compares a direct boot with a clone. Both are measured alternately in one run, so a noisy machine
 * affects both.
 */
final class BootCase implements BenchCase {
  private static final String COLD = Route.COLD.name();
  private static final String TEMPLATE = Route.TEMPLATE.name();

  @Override
  public String name() {
    return "boot";
  }

  @Override
  public String summary() {
    return "a direct boot (route COLD), the same by hand, and a clone, alternating";
  }

  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(scale.pick(15, 4, 1), scale.pick(1, 1, 0), Duration.ofMinutes(10));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    List<String> line = bench.commandLine(Route.COLD);
    bench.rounds(
        control,
        out,
        "direct boot, boot by hand, clone",
        samples -> {
          TimedVm.make(bench, Route.COLD, samples).close();
          TimedVm.byHand(bench.raw().boot(line), samples);
          TimedVm.make(bench, Route.TEMPLATE, samples).close();
        });
    out.floor(COLD, ANSWERED, FLOOR, ANSWERED);
    out.finding(
        "boot-over-clone", (double) out.median(COLD, ANSWERED) / out.median(TEMPLATE, ANSWERED));
  }
}
