package io.vmfactory.bench.cases;

import static io.vmfactory.bench.cases.TimedVm.ANSWERED;
import static io.vmfactory.bench.cases.TimedVm.FLOOR;
import static io.vmfactory.bench.cases.TimedVm.LOADED;

import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.client.VmHandle;
import io.vmfactory.guest.GuestAgent;
import java.io.IOException;
import java.time.Duration;

/** Compares a clone made for a request with its raw parts by hand, alternating. */
final class CloneCase implements BenchCase {
  private static final String TEMPLATE = Route.TEMPLATE.name();

  @Override
  public String name() {
    return "clone";
  }

  @Override
  public String summary() {
    return "a new clone (route TEMPLATE) and the same by hand, alternating";
  }

  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(scale.pick(100, 20, 1), scale.pick(5, 3, 0), Duration.ofMinutes(10));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    bench.rounds(
        control,
        out,
        "clone, clone by hand",
        samples -> {
          clone(bench, samples);
          TimedVm.byHand(bench.raw().run(), samples);
        });
    out.floor(TEMPLATE, ANSWERED, FLOOR, ANSWERED);
    out.floor(TEMPLATE, LOADED, FLOOR, LOADED);
    out.finding(
        "clone-over-floor", (double) out.median(TEMPLATE, ANSWERED) / out.median(FLOOR, ANSWERED));
  }

  private static void clone(Bench bench, Recorder out) {
    try (VmHandle vm = TimedVm.make(bench, Route.TEMPLATE, out)) {
      long start = System.nanoTime();
      try (GuestAgent agent = vm.agent(bench.deadline())) {
        agent.identity(16, bench.deadline());
      }
      long micros = (System.nanoTime() - start) / 1000;
      out.sample(TEMPLATE, "first call of the client's own", Boundary.OTHER, micros);
    }
  }
}
