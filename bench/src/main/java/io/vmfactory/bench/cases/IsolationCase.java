package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Hop;
import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.VmHandle;
import io.vmfactory.harness.daemon.Quiet;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Measures what jail and control group cost: two daemons on one template, one without them, in
 * turns.
 */
final class IsolationCase implements BenchCase {
  private static final int WARM = 4;
  private static final double MICROS = 1000;
  private static final String SPAWN = "spawn";
  private static final String CLONE = "clone, request to reply";
  private static final String HANDED_OUT = "warm, request to reply";
  private static final String NONE = "none";
  private static final String AUTO = "auto";

  /** A daemon whose VMs are kept apart in one way. */
  private record Side(String mode, OwnDaemon daemon, FactoryClient client)
      implements AutoCloseable {
    static Side start(Bench bench, String mode) throws IOException {
      String settings =
          """
          max_vms = 64

          [hypervisor.qemu]
          isolation = "%1$s"
          control_groups = "%1$s"

          [pool]
          vm_cache_number = %2$d
          shell_number = 0
          """
              .formatted(mode, WARM);
      OwnDaemon daemon = new OwnDaemon(bench, settings);
      return new Side(mode, daemon, daemon.client());
    }

    @Override
    public void close() {
      client.close();
      daemon.close();
    }
  }

  @Override
  public String name() {
    return "isolation";
  }

  @Override
  public String summary() {
    return "clones, warm VMs and their memory with isolation none and auto, alternating";
  }

  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(scale.pick(100, 20, 1), scale.pick(5, 3, 0), Duration.ofMinutes(20));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    try (Side free = Side.start(bench, NONE);
        Side apart = Side.start(bench, AUTO)) {
      List<Side> sides = List.of(free, apart);
      settle(bench, sides);
      density(sides, out);
      bench.rounds(
          control,
          out,
          "clone and warm VM, isolation none and auto",
          samples -> {
            for (Side side : sides) {
              clone(bench, side, samples);
            }
            for (Side side : sides) {
              warm(bench, side, samples);
              settle(bench, sides);
            }
          });
      Stream.of(SPAWN, CLONE, HANDED_OUT).forEach(series -> added(series, out));
      apart
          .client()
          .daemon()
          .status(false, bench.deadline())
          .getHypervisor()
          .getProtectionsList()
          .stream()
          .map(found -> "auto: %s %s".formatted(found.getName(), found.getPresent() ? "yes" : "no"))
          .forEach(out::note);
    }
  }

  private static void settle(Bench bench, List<Side> sides) {
    sides.forEach(side -> Quiet.await(side.client(), bench.deadline()));
  }

  private static void density(List<Side> sides, Recorder out) throws IOException {
    for (Side side : sides) {
      IdleVms idle = IdleVms.of(side.daemon().home());
      String which = "a warm VM, isolation " + side.mode();
      out.gauge(which + ": private", "MiB", idle.medianMib(Smaps::privateKib));
      out.gauge(which + ": share of all (PSS)", "MiB", idle.medianMib(Smaps::pssKib));
    }
  }

  private static void clone(Bench bench, Side side, Recorder out) {
    try (VmHandle vm = timed(bench, side, Route.TEMPLATE, CLONE, out)) {
      vm.granted().getHopsList().stream()
          .filter(hop -> hop.getName().equals(SPAWN))
          .mapToLong(Hop::getMicros)
          .forEach(micros -> out.sample(side.mode(), SPAWN, Boundary.STEP, micros));
    }
  }

  private static void warm(Bench bench, Side side, Recorder out) {
    timed(bench, side, Route.WARM, HANDED_OUT, out).close();
  }

  private static VmHandle timed(Bench bench, Side side, Route route, String series, Recorder out) {
    GetVmRequest request = GetVmRequest.newBuilder().addRoutes(route).build();
    long start = System.nanoTime();
    VmHandle vm = side.client().getVm(request, bench.deadline());
    out.sample(side.mode(), series, Boundary.READY, (System.nanoTime() - start) / 1000);
    return vm;
  }

  private static void added(String series, Recorder out) {
    double micros = out.median(AUTO, series) - out.median(NONE, series);
    out.gauge("isolation adds to " + series, "ms", micros / MICROS);
  }
}
