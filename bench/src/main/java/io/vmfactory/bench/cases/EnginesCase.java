package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.Pool;
import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.commands.TimedOutput;
import io.vmfactory.bench.engines.Engine;
import io.vmfactory.bench.engines.EnginePrograms;
import io.vmfactory.bench.engines.Engines;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures containers of containerd and podman until their first byte: in a warm VM, in a VM that
 * is booted for it, and by the same engine without a VM, in turns.
 */
final class EnginesCase implements BenchCase {
  private static final String WARM = Route.WARM.name();
  private static final String TEMPLATE = "WARM, template";
  private static final String FLOOR = EngineTimes.FLOOR;
  private static final String ALONE = "no engine";
  private static final String SHIM = "shim start";
  private static final String OWN = "vmfactory";
  private static final String NOTHING = "a program that does nothing";
  private static final int ROUNDS_PER_BURST = 4;
  private static final double MICROS = 1000;

  /** Makes ids of shims. */
  private int shims;

  @Override
  public String name() {
    return "engines";
  }

  @Override
  public String summary() {
    return "ctr run and podman run to the first byte, in a VM and without, alternating; many at"
        + " once; shim start";
  }

  /** Returns settings whose concurrency is containers at once. */
  @Override
  public CaseSettings control(Scale scale) {
    return new CaseSettings(
        scale.pick(20, 6, 1), scale.pick(2, 1, 0), scale.pick(8, 8, 2), Duration.ofMinutes(25));
  }

  @Override
  public String missing() {
    return EnginePrograms.missing();
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    try (Containers alone = new Containers(bench);
        Engines engines = start(bench)) {
      List<EngineTimes> timed = new ArrayList<>();
      for (Engine engine : engines.all()) {
        timed.add(EngineTimes.of(engine, bench.deadline(), out));
      }
      bench.keep(1, 0);
      for (EngineTimes times : timed) {
        times.store(bench.deadline());
      }
      keep(bench, timed, 1);
      int before = misses(bench);
      bench.rounds(
          control,
          out,
          "a container by each engine, and without one",
          samples -> round(bench, timed, alone, engines, samples));
      forget(bench, timed);
      many(bench, control, timed.get(0), out);
      out.note("containers that found no warm VM: " + (misses(bench) - before));
      String withoutEngine = ALONE + ": " + ContainerCase.TOTAL;
      timed.forEach(times -> times.judge(WARM, TEMPLATE, withoutEngine, out));
    }
    out.floor(OWN, SHIM, FLOOR, NOTHING);
    out.finding("shim-start", out.median(OWN, SHIM) / MICROS);
    bench.keep(0, 0);
  }

  /** Sets the pools of the engines' templates and waits until they are full. */
  private static void keep(Bench bench, List<EngineTimes> timed, int vms) {
    for (EngineTimes times : timed) {
      bench.client().pools().resize(times.template(), vms, 0, bench.deadline());
    }
    bench.settled();
  }

  private static void forget(Bench bench, List<EngineTimes> timed) {
    keep(bench, timed, 0);
    for (EngineTimes times : timed) {
      bench.client().templates().delete(times.template(), bench.deadline());
    }
  }

  /** Starts the engines beside the shared daemon. */
  static Engines start(Bench bench) throws IOException {
    return new Engines(
        bench.launcher(),
        bench.daemon().home(),
        Containers.tree(bench.daemon().home().scratch()),
        bench.deadline());
  }

  private void round(
      Bench bench, List<EngineTimes> timed, Containers alone, Engines engines, Recorder out)
      throws IOException {
    for (EngineTimes times : timed) {
      times.leased(WARM, bench.deadline(), out);
      bench.settled();
      times.ofTemplate(TEMPLATE, bench.deadline(), out);
      bench.settled();
      times.others(bench.deadline(), out);
    }
    ContainerCase.first(bench, alone, alone.sandbox(Route.WARM), ALONE, out);
    bench.settled();
    shims(bench, engines, out);
  }

  private static void many(Bench bench, CaseSettings control, EngineTimes times, Recorder out)
      throws IOException {
    int many = control.concurrency();
    int bursts = Math.max(1, control.iterations() / ROUNDS_PER_BURST);
    for (int i = 1; i <= bursts; i++) {
      bench.progress(i, bursts, many + " containers at once");
      bench.keep(many, 0);
      times.manyLeased(many, WARM, bench.deadline(), out);
      bench.settled();
      times.manyFloor(many, bench.deadline(), out);
    }
  }

  /**
   * Times the start of shims as containerd waits for them: until all copies of their output are
   * closed.
   */
  private void shims(Bench bench, Engines engines, Recorder out) throws IOException {
    shims++;
    shim(bench, engines, OWN, Engines.SHIM, out);
    shim(bench, engines, "runc", Engines.RUNC_SHIM, out);
    List<String> nothing = TimedOutput.untilClosed(List.of("echo", NOTHING));
    try (TimedOutput command = TimedOutput.start(nothing)) {
      out.sample(FLOOR, NOTHING, Boundary.OTHER, command.await(bench.deadline()).endMicros());
    }
  }

  private void shim(Bench bench, Engines engines, String subject, String program, Recorder out)
      throws IOException {
    String id = subject + shims;
    List<String> start = TimedOutput.untilClosed(engines.shim(program, id));
    try (TimedOutput command = TimedOutput.start(start)) {
      out.sample(subject, SHIM, Boundary.OTHER, command.await(bench.deadline()).endMicros());
    } finally {
      engines.endShim(id);
    }
  }

  /** Returns how many requests the warm pools could not serve at once. */
  private static int misses(Bench bench) {
    return bench.settled().getPoolsList().stream()
        .filter(pool -> pool.getTier() == Pool.Tier.WARM)
        .mapToInt(Pool::getMisses)
        .sum();
  }
}
