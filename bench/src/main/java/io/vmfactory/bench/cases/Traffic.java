package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import java.time.Duration;
import java.util.List;

/**
 * Makes the same requests every time: Poisson arrivals, four a second, each VM kept for half a
 * second.
 */
final class Traffic {
  /** Subject of the times of all requests, whatever their route. */
  static final String ALL = "all";

  /** Series of the time from when the request was due. */
  static final String WAITED = "due to reply";

  static final double PER_SECOND = 4;
  private static final Duration HOLD = Duration.ofMillis(500);
  private static final long SEED = 5;

  private Traffic() {}

  /** Makes as many requests as the control has iterations, with its concurrency. */
  static List<Arrival> run(Bench bench, CaseSettings control) {
    List<Long> at = Arrivals.poisson(PER_SECOND, control.iterations(), SEED);
    try (OpenLoop loop =
        new OpenLoop(() -> bench.get(Route.ROUTE_UNSPECIFIED), control.concurrency(), HOLD)) {
      return loop.run(at, bench.end());
    }
  }

  /** Records the times that were waited, by route and in total. */
  static void record(List<Arrival> arrivals, Recorder out) {
    for (Arrival one : arrivals) {
      if (one.served().ok()) {
        out.sample(ALL, WAITED, Boundary.READY, one.waitedMicros());
        out.sample(one.served().word(), WAITED, Boundary.READY, one.waitedMicros());
      }
    }
  }

  /** Returns how many requests had that result. */
  static long count(List<Arrival> arrivals, String word) {
    return arrivals.stream().filter(one -> one.served().word().equals(word)).count();
  }
}
