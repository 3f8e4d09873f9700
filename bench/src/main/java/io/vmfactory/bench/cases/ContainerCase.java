package io.vmfactory.bench.cases;

import static io.vmfactory.bench.cases.TimedVm.ANSWERED;
import static io.vmfactory.bench.cases.TimedVm.FLOOR;

import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.configs.time.Laps;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;

/**
 * Measures the time from nothing to the first byte that a container prints, by route, alternating.
 * The image of the root file system already exists.
 */
final class ContainerCase implements BenchCase {
  static final String TOTAL = "request to first byte";
  private static final String SANDBOX = "sandbox";
  private static final String OWN = "container: outside the VM";
  private static final String TEMPLATE = Route.TEMPLATE.name();

  /** Subject of VMs that the runtime instance boots itself. */
  static final String DIRECT = "direct";

  @Override
  public String name() {
    return "container";
  }

  @Override
  public String summary() {
    return "a container's first output by each route and without a factory, alternating";
  }

  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(scale.pick(12, 4, 1), scale.pick(1, 0, 0), Duration.ofMinutes(15));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    try (Containers containers = new Containers(bench)) {
      bench.rounds(
          control,
          out,
          "a container by each route",
          samples -> {
            first(bench, containers, containers.sandbox(Route.TEMPLATE), TEMPLATE, samples);
            TimedVm.byHand(bench.raw().run(), samples);
            first(bench, containers, containers.sandbox(), DIRECT, samples);
            first(bench, containers, containers.sandbox(Route.COLD), Route.COLD.name(), samples);
            bench.keep(1, 1);
            first(bench, containers, containers.sandbox(Route.WARM), Route.WARM.name(), samples);
            bench.keep(0, 0);
          });
    }
    out.floor(TEMPLATE, SANDBOX, FLOOR, ANSWERED);
    out.gauge("direct boot over WARM, first output", "x", overDirect(out, Route.WARM));
    out.finding("container-over-clone", overDirect(out, Route.TEMPLATE));
    double sandbox = (out.median(TEMPLATE, SANDBOX) - out.median(FLOOR, ANSWERED)) / 1000.0;
    double own = out.median(TEMPLATE, OWN) / 1000.0;
    out.gauge("our own part on route TEMPLATE: sandbox over its floor", "ms", sandbox);
    out.gauge("our own part on route TEMPLATE: container, outside the VM", "ms", own);
  }

  private static double overDirect(Recorder out, Route route) {
    return (double) out.median(DIRECT, TOTAL) / out.median(route.name(), TOTAL);
  }

  /** Makes a container in a new sandbox and records the time until its first byte. */
  static void first(Bench bench, Containers containers, Sandbox fresh, String subject, Recorder out)
      throws IOException {
    try (Sandbox sandbox = fresh) {
      Laps laps = new Laps();
      VmProcess vm =
          new VmProcess(Objects.requireNonNull(sandbox.start(bench.deadline()).vm()).pid());
      laps.lap(SANDBOX);
      long busy = vm.cpuMicros();
      long since = System.nanoTime();
      Container container = containers.container(sandbox, "echo", "hello");
      laps.lap("create container");
      container.start(bench.deadline());
      laps.lap("start container");
      if (container.process().stdout().read() < 0) {
        throw new EOFException("the container printed nothing");
      }
      laps.lap("first byte");
      long span = (System.nanoTime() - since) / 1000;
      long total = laps.all().stream().mapToLong(lap -> lap.span().toNanos() / 1000).sum();
      out.sample(subject, TOTAL, Boundary.FIRST_OUTPUT, total);
      out.steps(subject, laps.all());
      out.sample(subject, OWN, Boundary.OTHER, Math.max(0, span - (vm.cpuMicros() - busy)));
    }
  }
}
