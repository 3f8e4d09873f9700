package io.vmfactory.bench.cases;

import static io.vmfactory.bench.cases.TimedVm.ANSWERED;
import static io.vmfactory.bench.cases.TimedVm.FLOOR;
import static io.vmfactory.bench.cases.TimedVm.READY;

import io.vmfactory.api.v1.Hop;
import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.floor.RawVm;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.client.VmHandle;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;

/**
 * Measures the warm path, one request at a time, each alternating with the same two steps by hand:
 * a stopped VM that has answered once is continued and answers again. It has stood still for as
 * long as the pool took to refill, as a warm VM has: the caches of the host's CPU no longer hold it
 * (ADR 0062). A second one is continued at once, to show the difference. Nothing else is under way
 * when any of them begins. While the pool refills, a call that makes the daemon do nothing is
 * measured; it shows how much of a reply's time is due to the wire and the machine.
 */
final class WarmCase implements BenchCase {
  private static final String WARM = Route.WARM.name();
  private static final Set<String> WAKING = Set.of("cont", "wake");
  private static final String AT_ONCE = "floor: just stopped";
  private static final int KEPT = 3;

  @Override
  public String name() {
    return "warm";
  }

  @Override
  public String summary() {
    return "a request on route WARM, and a stopped VM continued by hand, alternating";
  }

  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(scale.pick(200, 40, 2), scale.pick(5, 5, 0), Duration.ofMinutes(20));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    bench.keep(KEPT, KEPT);
    bench.rounds(
        control,
        out,
        "warm VM, VM by hand",
        samples -> {
          byDaemon(bench, samples);
          nothing(bench, samples);
          try (RawVm vm = bench.raw().stopped()) {
            bench.settled();
            byHand(vm, FLOOR, samples);
          }
          try (RawVm vm = bench.raw().stopped()) {
            byHand(vm, AT_ONCE, samples);
          }
        });
    out.floor(WARM, READY, FLOOR, ANSWERED);
    out.floor(WARM, ANSWERED, FLOOR, ANSWERED);
    out.finding("warm-over-floor", (double) out.median(WARM, READY) / out.median(FLOOR, ANSWERED));
    out.gauge(
        "warm request over a VM that was stopped just before",
        "x",
        (double) out.median(WARM, READY) / out.median(AT_ONCE, ANSWERED));
    out.finding("warm-tail", (double) out.percentile(WARM, READY, 99) / out.median(WARM, READY));
  }

  private static void byHand(RawVm vm, String which, Recorder out) throws IOException {
    long start = System.nanoTime();
    vm.cont();
    vm.answer();
    out.sample(which, ANSWERED, Boundary.AGENT_ANSWERS, (System.nanoTime() - start) / 1000);
  }

  private static void byDaemon(Bench bench, Recorder out) {
    try (VmHandle vm = TimedVm.get(bench, Route.WARM, out)) {
      long awake =
          vm.granted().getHopsList().stream()
              .filter(hop -> WAKING.contains(hop.getName()))
              .mapToLong(Hop::getMicros)
              .sum();
      out.sample(WARM, ANSWERED, Boundary.AGENT_ANSWERS, awake);
    }
  }

  private static void nothing(Bench bench, Recorder out) {
    long start = System.nanoTime();
    bench.call();
    out.sample("daemon", "a call of nothing", Boundary.OTHER, (System.nanoTime() - start) / 1000);
  }
}
