package io.vmfactory.bench.cases;

import static io.vmfactory.bench.cases.ContainerCase.DIRECT;
import static io.vmfactory.bench.cases.ContainerCase.TOTAL;
import static io.vmfactory.bench.cases.TimedVm.FLOOR;
import static io.vmfactory.bench.cases.TimedVm.READY;

import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.client.VmHandle;
import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxVm;
import io.vmfactory.client.sandbox.TemplateRecipe;
import io.vmfactory.client.sandbox.TemplateRecipe.Hooks;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.guest.oci.OciProcess;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Measures templates that have a container. One has a container whose program begins in the clone:
 * from nothing to its first byte, beside a direct boot with a container, and beside its floor. The
 * other has a program that runs: from nothing until it has sent a byte back. Both also with a
 * rehearsal.
 */
final class PreparedCase implements BenchCase {
  private static final String CREATED = "bench-created";
  private static final String RUNNING = "bench-running";
  private static final String CREATED_REHEARSED = "bench-created-rehearsed";
  private static final String RUNNING_REHEARSED = "bench-running-rehearsed";
  private static final String ANSWER = "request to the answer of a running program";
  private static final String TEMPLATE = Route.TEMPLATE.name();
  private static final String WARM = Route.WARM.name();
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final List<String> TEMPLATES =
      List.of(CREATED, RUNNING, CREATED_REHEARSED, RUNNING_REHEARSED);
  private static final String REHEARSED = "WARM, rehearsed";
  private static final String WOKEN = "floor: woken";

  @Override
  public String name() {
    return "prepared";
  }

  @Override
  public String summary() {
    return "a template with a container: first output and answers, and the same by hand";
  }

  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(scale.pick(20, 6, 1), scale.pick(2, 1, 0), Duration.ofMinutes(20));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    try (Containers containers = new Containers(bench)) {
      build(containers);
      PreparedFloor floor = new PreparedFloor(bench, CREATED, "echo", "hello");
      try {
        bench.rounds(
            control,
            out,
            "prepared containers",
            samples -> round(bench, containers, floor, samples));
      } finally {
        keep(bench, 0);
        for (String template : TEMPLATES) {
          bench.client().templates().delete(template, bench.deadline());
        }
      }
    }
    out.floor(TEMPLATE, TOTAL, FLOOR, TOTAL);
    out.floor(WARM, TOTAL, WOKEN, TOTAL);
    out.floor(REHEARSED, TOTAL, WOKEN, TOTAL);
    out.floor(WARM, ANSWER, WARM, READY);
    out.floor(REHEARSED, ANSWER, WARM, READY);
    double direct = out.median(DIRECT, TOTAL);
    out.finding("prepared-over-direct", direct / out.median(TEMPLATE, TOTAL));
    out.finding("prepared-floor", ratio(out, TEMPLATE, TOTAL, FLOOR, TOTAL));
    out.finding("prepared-warm-floor", ratio(out, WARM, TOTAL, WOKEN, TOTAL));
    out.finding("rehearsed-over-warm", ratio(out, REHEARSED, TOTAL, WARM, TOTAL));
    out.finding("running-over-warm", ratio(out, REHEARSED, ANSWER, WARM, READY));
    out.gauge("direct boot over WARM, first output", "x", direct / out.median(WARM, TOTAL));
    out.gauge(
        "direct boot over WARM, rehearsed, first output",
        "x",
        direct / out.median(REHEARSED, TOTAL));
  }

  private static void build(Containers containers) {
    List<String> echo = Containers.command("echo", "warm");
    List<String> pipe = Containers.command("sh", "-c", "echo warm | /bin/busybox cat");
    TemplateRecipe created =
        TemplateRecipe.created(CREATED, containers.spec("echo", "created")).withWarmUp(echo, LIMIT);
    containers.build(created);
    containers.build(rehearsed(created, CREATED_REHEARSED, echo));
    TemplateRecipe running = TemplateRecipe.running(RUNNING, containers.spec("cat"), null);
    containers.build(running);
    containers.build(rehearsed(running, RUNNING_REHEARSED, pipe));
  }

  private static TemplateRecipe rehearsed(TemplateRecipe recipe, String name, List<String> args) {
    Hooks hooks = new Hooks(null, null, new TemplateRecipe.Command(args, LIMIT));
    return recipe.withName(name).withHooks(hooks);
  }

  private static double ratio(Recorder out, String a, String series, String b, String floor) {
    return (double) out.median(a, series) / out.median(b, floor);
  }

  /** Sets the pools of all templates and waits until they are full. */
  private static void keep(Bench bench, int vms) {
    for (String template : TEMPLATES) {
      bench.client().pools().resize(template, vms, vms, bench.deadline());
    }
    bench.settled();
  }

  private static void round(Bench bench, Containers containers, PreparedFloor floor, Recorder out)
      throws IOException {
    first(bench, containers.clone(CREATED, Route.TEMPLATE), TEMPLATE, out);
    floor(FLOOR, floor.cloned(), out);
    ContainerCase.first(bench, containers, containers.sandbox(), DIRECT, out);
    keep(bench, 1);
    first(bench, warm(bench, containers, CREATED), WARM, out);
    bench.settled();
    floor(WOKEN, floor.woken(), out);
    first(bench, warm(bench, containers, CREATED_REHEARSED), REHEARSED, out);
    answer(bench, warm(bench, containers, RUNNING), WARM, out);
    answer(bench, warm(bench, containers, RUNNING_REHEARSED), REHEARSED, out);
    bench.settled();
    GetVmRequest request =
        GetVmRequest.newBuilder().setTemplate(RUNNING).addRoutes(Route.WARM).build();
    long begun = System.nanoTime();
    try (VmHandle vm = bench.client().getVm(request, bench.deadline())) {
      out.sample(WARM, READY, Boundary.READY, (System.nanoTime() - begun) / 1000);
    }
    keep(bench, 0);
  }

  /** Makes a sandbox of a warm VM when no other is being made. */
  private static Sandbox warm(Bench bench, Containers containers, String template) {
    bench.settled();
    return containers.clone(template, Route.WARM);
  }

  /** A program of the clone's own prints a byte. */
  private static void first(Bench bench, Sandbox fresh, String subject, Recorder out)
      throws IOException {
    try (Sandbox sandbox = fresh) {
      Laps laps = new Laps();
      sandbox.start(bench.deadline());
      laps.lap("sandbox");
      Container container = sandbox.containers(bench.deadline()).get(0);
      container.start(PreparedCase::hello, bench.deadline());
      laps.lap("start container");
      requireByte(container.process().stdout().read());
      laps.lap("first byte");
      out.steps(subject, laps.all());
      out.sample(subject, TOTAL, Boundary.FIRST_OUTPUT, micros(laps.all()));
      steps(sandbox.status(bench.deadline()).vm(), subject, out);
    }
  }

  /** Records the steps of which "sandbox" consists. */
  private static void steps(@Nullable SandboxVm vm, String subject, Recorder out) {
    List<Lap> steps = vm == null ? List.of() : vm.steps();
    steps.forEach(
        step ->
            out.sample(
                subject, "sandbox: " + step.name(), Boundary.STEP, step.span().toNanos() / 1000));
  }

  private static OciProcess hello(OciProcess process) {
    return process.withArgs(Containers.command("echo", "hello"));
  }

  /** Throws if {@code read} says that an output has ended. */
  static void requireByte(int read) throws IOException {
    if (read < 0) {
      throw new EOFException("the container printed nothing");
    }
  }

  private static void floor(String subject, List<Lap> laps, Recorder out) {
    out.steps(subject, laps);
    out.sample(subject, TOTAL, Boundary.FIRST_OUTPUT, micros(laps));
  }

  private static long micros(List<Lap> laps) {
    return laps.stream().mapToLong(lap -> lap.span().toNanos()).sum() / 1000;
  }

  private static void answer(Bench bench, Sandbox fresh, String subject, Recorder out)
      throws IOException {
    try (Sandbox sandbox = fresh) {
      Laps laps = new Laps();
      sandbox.start(bench.deadline());
      laps.lap("running: sandbox");
      Container container = sandbox.containers(bench.deadline()).get(0);
      container.process().stdin().write('x');
      container.process().stdin().flush();
      laps.lap("running: byte to it");
      requireByte(container.process().stdout().read());
      laps.lap("running: byte back");
      out.steps(subject, laps.all());
      out.sample(subject, ANSWER, Boundary.FIRST_OUTPUT, micros(laps.all()));
    }
  }
}
