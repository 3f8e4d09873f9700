package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.GetBaseVmRequest;
import io.vmfactory.api.v1.GetBaseVmResponse;
import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.harness.daemon.DaemonHome;
import io.vmfactory.harness.daemon.RunningVm;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Measures base VMs, which are handed out paused and for good. */
final class BaseVmCase implements BenchCase {
  private static final List<Route> ROUTES = List.of(Route.TEMPLATE, Route.SHELL, Route.WARM);

  /** The steps of a VM by hand until it is as ready as a base VM. */
  private static final Set<String> PAUSED = Set.of("spawn", "load");

  private static final String BY_HAND = "spawn and load";

  @Override
  public String name() {
    return "base-vm";
  }

  @Override
  public String summary() {
    return "GetBaseVm by each route, and a VM restored by hand, alternating";
  }

  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(scale.pick(40, 8, 1), scale.pick(2, 1, 0), Duration.ofMinutes(10));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    bench.keep(1, 1);
    bench.rounds(control, out, "base VMs, a VM by hand", samples -> round(bench, samples));
    out.floor(Route.TEMPLATE.name(), TimedVm.READY, TimedVm.FLOOR, BY_HAND);
    bench.keep(0, 0);
  }

  private static void round(Bench bench, Recorder out) throws IOException {
    for (Route route : ROUTES) {
      bench.settled();
      long start = System.nanoTime();
      GetBaseVmResponse given =
          bench
              .client()
              .getBaseVm(GetBaseVmRequest.newBuilder().addRoutes(route).build(), bench.deadline());
      out.sample(route.name(), TimedVm.READY, Boundary.READY, (System.nanoTime() - start) / 1000);
      given
          .getHopsList()
          .forEach(hop -> out.sample(route.name(), hop.getName(), Boundary.STEP, hop.getMicros()));
      end(bench, given.getVm().getId());
    }
    bench.settled();
    byHand(bench.raw().run(), out);
  }

  /** Ends a base VM, which its owner must do. */
  private static void end(Bench bench, String id) {
    RunningVm.of(bench.daemon().home().vms()).stream()
        .filter(vm -> vm.vm().equals(id))
        .forEach(vm -> vm.kill(bench.deadline()));
    DaemonHome.remove(bench.daemon().home().vms().resolve(id));
  }

  private static void byHand(Laps laps, Recorder out) {
    long nanos =
        laps.all().stream()
            .filter(lap -> PAUSED.contains(lap.name()))
            .mapToLong(lap -> lap.span().toNanos())
            .sum();
    out.steps(TimedVm.FLOOR, laps.all());
    out.sample(TimedVm.FLOOR, BY_HAND, Boundary.OTHER, nanos / 1000);
  }
}
