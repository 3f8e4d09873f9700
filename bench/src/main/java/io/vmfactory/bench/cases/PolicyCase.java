package io.vmfactory.bench.cases;

import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Curve;
import io.vmfactory.bench.report.Curve.Point;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.bench.simulate.Simulation.Result;
import io.vmfactory.bench.simulate.Simulations;
import java.time.Duration;
import java.util.List;

/** Simulates days with the pool's own code: size "auto" beside the fixed size with as many hits. */
final class PolicyCase implements BenchCase {
  private static final String PROMISED = "diurnal";

  @Override
  public String name() {
    return "policy";
  }

  @Override
  public String summary() {
    return "size \"auto\" simulated beside the fixed size that serves as many requests warm";
  }

  /** Returns settings for one round, since the result is always the same. */
  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(1, 0, Duration.ofMinutes(5));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) {
    List<Result> pairs = Simulations.standard();
    for (int i = 0; i < pairs.size(); i += 2) {
      compare(pairs.get(i), pairs.get(i + 1), out);
    }
    out.note(
        "Nothing is measured: arrivals of a day are replayed against the pool's code with a stepped"
            + " clock, see bench simulate. Each trace once with \"auto\" and once with the smallest"
            + " fixed size that has as many hits.");
  }

  private static void compare(Result auto, Result fixed, Recorder out) {
    double memory = 100 * auto.mebibyteSeconds() / fixed.mebibyteSeconds();
    out.gauge(auto.trace() + ": served by a waiting VM", "%", 100 * auto.hitRatio());
    out.gauge(auto.trace() + ": memory over time, of that of " + fixed.policy(), "%", memory);
    curve(auto, out);
    curve(fixed, out);
    if (auto.trace().equals(PROMISED)) {
      out.finding("auto-hits", 100 * auto.hitRatio());
      out.finding("auto-memory", memory);
    }
  }

  private static void curve(Result result, Recorder out) {
    List<Point> points =
        result.series().stream()
            .map(part -> new Point(part.second() / 3600, part.waiting(), ""))
            .toList();
    out.curve(
        new Curve(
            "pool over time, simulated: " + result.trace(), result.policy(), "h", "VMs", points));
  }
}
