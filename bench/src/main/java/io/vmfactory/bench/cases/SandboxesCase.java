package io.vmfactory.bench.cases;

import io.vmfactory.bench.commands.TimedCommand;
import io.vmfactory.bench.engines.Engine;
import io.vmfactory.bench.engines.EnginePrograms;
import io.vmfactory.bench.engines.Engines;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Curve;
import io.vmfactory.bench.report.Curve.Point;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.harness.daemon.DaemonProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Measures what containers of containerd that do nothing take beside their VMs: the keeper and the
 * stand-in of each, and the runtime service.
 */
final class SandboxesCase implements BenchCase {
  private static final double KIB_IN_MIB = 1024;
  private static final double MICROS_IN_SECOND = 1e6;
  private static final double PERCENT = 100;
  private static final List<String> REST = Containers.command("sleep", "100000");

  @Override
  public String name() {
    return "sandboxes";
  }

  @Override
  public String summary() {
    return "memory and CPU beside the VMs of containers that do nothing: keepers, stand-ins,"
        + " runtime service";
  }

  /** Returns settings whose iterations are containers; as many as the warm-up says come before. */
  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(scale.pick(50, 8, 2), scale.pick(20, 10, 1), Duration.ofMinutes(25));
  }

  @Override
  public String missing() {
    return EnginePrograms.missing();
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    bench.keep(1, 0);
    try (Engines engines = EnginesCase.start(bench)) {
      DaemonProcess service = engines.service().process();
      out.gauge("runtime service in RAM, just started", "MiB", service(bench, service));
      for (int i = 1; i <= control.warmUp(); i++) {
        bench.progress(i, control.warmUp() + 1, "containers that have ended");
        Engine engine = engines.containerd();
        run(bench, engine.run(engine.leased(), "ended-" + i, Containers.command("true")));
        bench.settled();
      }
      out.gauge("runtime service in RAM, no container", "MiB", service(bench, service));
      List<Point> points = new ArrayList<>();
      for (int i = 1; i <= control.iterations(); i++) {
        bench.progress(i, control.iterations() + 1, "containers that do nothing");
        start(bench, engines.containerd(), i);
        if (DensityCase.sizes(control.iterations()).contains(i)) {
          points.add(new Point(i, service(bench, service), ""));
        }
      }
      out.curve(new Curve("memory of the runtime service", "in RAM", "containers", "MiB", points));
      judge(points, out);
      beside(bench, engines, service, control.iterations(), out);
    }
    bench.keep(0, 0);
  }

  private static void start(Bench bench, Engine engine, int number) throws IOException {
    run(bench, engine.start(engine.leased(), "rest-" + number, REST));
  }

  private static void run(Bench bench, List<String> command) throws IOException {
    var unused = TimedCommand.run(command, bench.deadline());
  }

  private static double service(Bench bench, DaemonProcess service) throws IOException {
    return DensityCase.resident(bench, service) / KIB_IN_MIB;
  }

  private static void judge(List<Point> points, Recorder out) {
    Point one = points.get(0);
    Point all = points.get(points.size() - 1);
    out.finding("service-memory", one.y());
    out.finding(
        "service-per-sandbox", Math.max(0, (all.y() - one.y()) * KIB_IN_MIB / (all.x() - one.x())));
  }

  /** Measures the processes of all containers. */
  private static void beside(
      Bench bench, Engines engines, DaemonProcess service, int containers, Recorder out)
      throws IOException {
    List<Long> pids = engines.processesBeside();
    long privateKib = 0;
    for (long pid : pids) {
      privateKib += Smaps.of(pid).privateKib();
    }
    out.gauge("processes beside each VM", "processes", (double) pids.size() / containers);
    out.finding("beside-vm", privateKib / KIB_IN_MIB / containers);
    Duration span = Duration.ofSeconds(containers);
    double[] before = {cpu(pids), cpu(List.of(service.pid()))};
    rest(span, bench.deadline());
    double each = (cpu(pids) - before[0]) / containers;
    double all = cpu(List.of(service.pid())) - before[1];
    out.finding("beside-cpu", PERCENT * each / MICROS_IN_SECOND / span.toSeconds());
    out.gauge(
        "CPU of the runtime service, %d containers at rest".formatted(containers),
        "% of one CPU",
        PERCENT * all / MICROS_IN_SECOND / span.toSeconds());
  }

  private static double cpu(List<Long> pids) throws IOException {
    double micros = 0;
    for (long pid : pids) {
      micros += new VmProcess(pid).cpuMicros();
    }
    return micros;
  }

  private static void rest(Duration span, Deadline deadline) {
    Executor later = CompletableFuture.delayedExecutor(span.toMillis(), TimeUnit.MILLISECONDS);
    deadline.await(CompletableFuture.runAsync(() -> {}, later), "the end of a rest");
  }
}
