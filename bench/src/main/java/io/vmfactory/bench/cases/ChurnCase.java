package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import java.time.Duration;
import java.util.List;

/** Measures customers who come and go, and the pool that serves them. */
final class ChurnCase implements BenchCase {
  private static final int WARM = 8;
  private static final int SHELLS = 4;
  private static final int CUSTOMERS = 32;
  private static final String REFUSED = "RESOURCE_EXHAUSTED";

  @Override
  public String name() {
    return "churn";
  }

  @Override
  public String summary() {
    return "requests at a rate, served or not (open loop), and how full the pool is meanwhile";
  }

  @Override
  public CaseSettings control(Scale scale) {
    return new CaseSettings(scale.pick(400, 60, 6), 0, CUSTOMERS, Duration.ofMinutes(10));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) {
    bench.keep(WARM, SHELLS);
    bench.progress(
        "%d requests, %.0f a second".formatted(control.iterations(), Traffic.PER_SECOND));
    List<Arrival> all;
    try (PoolTrace trace =
        new PoolTrace(() -> bench.client().daemon().status(false, bench.deadline()))) {
      all = Traffic.run(bench, control);
      trace.curves().forEach(out::curve);
    }
    Traffic.record(all, out);
    all.forEach(
        one -> out.sample(Traffic.ALL, "call to reply", Boundary.READY, one.calledMicros()));
    figures(all, out);
    out.note(
        "Poisson arrivals, the same in every run; times begin when a request is due, whether or not"
            + " it could be made then. \"call to reply\" leaves that out. The pool is observed five"
            + " times a second, which costs the daemon a call each.");
    bench.keep(0, 0);
  }

  private static void figures(List<Arrival> all, Recorder out) {
    Arrival first = all.get(0);
    double due = (all.get(all.size() - 1).intended() - first.intended()) / 1e9;
    double took =
        (all.stream().mapToLong(Arrival::ended).max().orElseThrow() - first.intended()) / 1e9;
    long served = all.stream().filter(one -> one.served().ok()).count();
    long refused = Traffic.count(all, REFUSED);
    out.gauge("offered", "requests/s", (all.size() - 1) / due);
    out.gauge("achieved", "requests/s", served / took);
    out.gauge(
        "served by a warm VM", "%", 100.0 * Traffic.count(all, Route.WARM.name()) / all.size());
    out.gauge("refused for load", "requests", (double) refused);
    out.gauge("failed", "requests", (double) (all.size() - served - refused));
  }
}
