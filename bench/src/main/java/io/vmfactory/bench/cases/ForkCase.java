package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.ForkVmResponse;
import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.floor.RawPause;
import io.vmfactory.bench.floor.RawVm;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.client.VmHandle;
import io.vmfactory.configs.time.Laps;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** Measures forks of an idle clone, and how long it stands still, beside the same by hand. */
final class ForkCase implements BenchCase {
  private static final String FORK = Route.FORK.name();
  private static final String PAUSE = "pause of the source";

  @Override
  public String name() {
    return "fork";
  }

  @Override
  public String summary() {
    return "a fork of an idle clone, and its pause by hand, alternating";
  }

  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(scale.pick(100, 20, 1), scale.pick(5, 3, 0), Duration.ofMinutes(10));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    try (VmHandle source = bench.get(Route.TEMPLATE);
        RawVm raw = bench.raw().stopped()) {
      source.keepAlive();
      raw.cont();
      Path state = bench.daemon().home().scratch().resolve("state-by-hand");
      RawPause byHand = new RawPause(raw, bench.raw().memory(), state);
      bench.rounds(
          control,
          out,
          "fork, pause by hand",
          samples -> {
            fork(bench, source.lease().getId(), samples);
            byHand(byHand.run(), samples);
          });
    }
    out.floor(FORK, PAUSE, TimedVm.FLOOR, PAUSE);
    out.finding("fork-pause", out.median(FORK, PAUSE) / 1000.0);
  }

  private static void fork(Bench bench, String lease, Recorder out) {
    long begun = System.nanoTime();
    ForkVmResponse reply = bench.client().leases().fork(lease, 1, null, "bench", bench.deadline());
    out.sample(FORK, TimedVm.READY, Boundary.READY, (System.nanoTime() - begun) / 1000);
    out.sample(FORK, PAUSE, Boundary.OTHER, reply.getPauseMicros());
    reply
        .getHopsList()
        .forEach(hop -> out.sample(FORK, hop.getName(), Boundary.STEP, hop.getMicros()));
    bench.client().leases().release(reply.getForks(0).getLease().getId(), bench.deadline());
  }

  private static void byHand(Laps laps, Recorder out) {
    long nanos = laps.all().stream().mapToLong(lap -> lap.span().toNanos()).sum();
    out.sample(TimedVm.FLOOR, PAUSE, Boundary.OTHER, nanos / 1000);
    out.steps(TimedVm.FLOOR, laps.all());
  }
}
