package io.vmfactory.bench;

import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.cases.Bench;
import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.configs.time.Laps;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * From nothing to the first byte that a container prints, by route, in turns; and what its output
 * carries. The image of the root file system is there before.
 */
final class ContainerCase {
  private static final String TOTAL = "request to first byte";
  private static final String SANDBOX = "sandbox";
  private static final String OWN = "containers: outside the VM";
  private static final String CLONE = "a clone by hand";

  private final int samples;
  private final int boots;
  private final int mebibytes;
  private final Figures direct = new Figures();
  private final Figures cold = new Figures();
  private final Figures template = new Figures();
  private final Figures warm = new Figures();
  private final Figures floor = new Figures();

  /**
   * A case.
   *
   * @param samples of each route that does not boot
   * @param boots of each that does, at most as many
   * @param mebibytes how much output is carried
   */
  ContainerCase(int samples, int boots, int mebibytes) {
    this.samples = samples;
    this.boots = boots;
    this.mebibytes = mebibytes;
  }

  /** Runs it and returns the report. */
  String run(Bench pool) throws IOException {
    try (ContainerBench bench = new ContainerBench(pool)) {
      GetStatusResponse status = pool.settled();
      first(pool, bench, bench.sandbox(Route.TEMPLATE), new Figures());
      for (int i = 1; i <= samples; i++) {
        pool.progress("a container by each route, " + i + " of " + samples);
        round(pool, bench, i <= boots);
      }
      pool.keep(0, 0);
      return report(status, StreamPart.run(pool, bench, mebibytes));
    }
  }

  private void round(Bench pool, ContainerBench bench, boolean boot) throws IOException {
    pool.keep(0, 0);
    first(pool, bench, bench.sandbox(Route.TEMPLATE), template);
    floor.add(pool.raw().run().all(), CLONE);
    if (boot) {
      first(pool, bench, bench.sandbox(), direct);
      first(pool, bench, bench.sandbox(Route.COLD), cold);
    }
    pool.keep(1, 1);
    first(pool, bench, bench.sandbox(Route.WARM), warm);
  }

  private static void first(Bench pool, ContainerBench bench, Sandbox fresh, Figures figures)
      throws IOException {
    try (Sandbox sandbox = fresh) {
      Laps laps = new Laps();
      VmProcess vm =
          new VmProcess(Objects.requireNonNull(sandbox.start(pool.deadline()).vm()).pid());
      laps.lap(SANDBOX);
      long busy = vm.cpuMicros();
      long since = System.nanoTime();
      Container container = bench.container(sandbox, "echo", "hello");
      laps.lap("create container");
      container.start(pool.deadline());
      laps.lap("start container");
      if (container.process().stdout().read() < 0) {
        throw new EOFException("the container printed nothing");
      }
      laps.lap("first byte");
      long span = (System.nanoTime() - since) / 1000;
      figures.add(laps.all(), TOTAL);
      figures.add(OWN, Math.max(0, span - (vm.cpuMicros() - busy)));
    }
  }

  private String report(GetStatusResponse status, StreamPart stream) throws IOException {
    List<String> out = new ArrayList<>();
    out.add(Host.line(status));
    out.add("milliseconds                    median      p99  count");
    out.add("booted by the runtime instance (no factory)\n" + direct.table());
    out.add("route COLD\n" + cold.table());
    out.add("route TEMPLATE\n" + template.table());
    out.add("route WARM\n" + warm.table());
    out.add("floor: a clone without a daemon and without containers\n" + floor.table());
    out.add(own());
    out.add(stream.text());
    out.add(ratio("direct boot over TEMPLATE", template, 6).line());
    out.add(
        "direct boot over WARM %23.2f x"
            .formatted((double) direct.median(TOTAL) / warm.median(TOTAL)));
    stream.promises().forEach(promise -> out.add(promise.line()));
    return String.join("\n", out) + "\n";
  }

  private Promise ratio(String name, Figures other, double bound) {
    return Promise.atLeast(name, (double) direct.median(TOTAL) / other.median(TOTAL), "x", bound);
  }

  private String own() {
    double sandbox = (template.median(SANDBOX) - floor.median(CLONE)) / 1000.0;
    double containers = template.median(OWN) / 1000.0;
    return "our own part on route TEMPLATE: %.1f ms (sandbox over its floor %.1f, containers %.1f)"
        .formatted(sandbox + containers, sandbox, containers);
  }
}
