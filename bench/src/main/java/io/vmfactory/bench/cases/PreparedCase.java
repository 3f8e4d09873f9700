package io.vmfactory.bench.cases;

import static io.vmfactory.bench.cases.ContainerCase.DIRECT;
import static io.vmfactory.bench.cases.ContainerCase.TOTAL;
import static io.vmfactory.bench.cases.TimedVm.FLOOR;
import static io.vmfactory.bench.cases.TimedVm.READY;

import io.vmfactory.api.v1.GetVmRequest;
import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.floor.RawVm;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.client.VmHandle;
import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxVm;
import io.vmfactory.client.sandbox.TemplateRecipe;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestProcesses.Output;
import io.vmfactory.guest.ProcessRef;
import io.vmfactory.guest.oci.OciProcess;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Measures templates that have a container. One has a container whose program begins in the clone:
 * from nothing to its first byte, beside a direct boot with a container, and beside its floor: a VM
 * cloned, or woken, by hand, and then the start and the first byte through a bare connection to the
 * agent. The other has a program that runs: from nothing until it has sent a byte back.
 */
final class PreparedCase implements BenchCase {
  private static final String CREATED = "bench-created";
  private static final String RUNNING = "bench-running";
  private static final String ANSWER = "request to the answer of a running program";
  private static final String TEMPLATE = Route.TEMPLATE.name();
  private static final String WARM = Route.WARM.name();
  private static final Duration WARM_UP = Duration.ofSeconds(30);
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
      containers.build(
          TemplateRecipe.created(CREATED, containers.spec("echo", "created"))
              .withWarmUp(Containers.command("echo", "warm"), WARM_UP));
      containers.build(TemplateRecipe.running(RUNNING, containers.spec("cat"), null));
      try {
        bench.rounds(
            control, out, "prepared containers", samples -> round(bench, containers, samples));
      } finally {
        keep(bench, 0);
        bench.client().templates().delete(CREATED, bench.deadline());
        bench.client().templates().delete(RUNNING, bench.deadline());
      }
    }
    out.floor(TEMPLATE, TOTAL, FLOOR, TOTAL);
    out.floor(WARM, TOTAL, WOKEN, TOTAL);
    out.floor(WARM, ANSWER, WARM, READY);
    double direct = out.median(DIRECT, TOTAL);
    out.finding("prepared-over-direct", direct / out.median(TEMPLATE, TOTAL));
    out.finding("prepared-floor", ratio(out, TEMPLATE, TOTAL, FLOOR, TOTAL));
    out.finding("prepared-warm-floor", ratio(out, WARM, TOTAL, WOKEN, TOTAL));
    out.finding("running-over-warm", ratio(out, WARM, ANSWER, WARM, READY));
    out.gauge("direct boot over WARM, first output", "x", direct / out.median(WARM, TOTAL));
  }

  private static double ratio(Recorder out, String a, String series, String b, String floor) {
    return (double) out.median(a, series) / out.median(b, floor);
  }

  /** Sets the pools of both templates and waits until they are full. */
  private static void keep(Bench bench, int vms) {
    bench.client().pools().resize(CREATED, vms, vms, bench.deadline());
    bench.client().pools().resize(RUNNING, vms * 2, vms, bench.deadline());
    bench.settled();
  }

  private static void round(Bench bench, Containers containers, Recorder out) throws IOException {
    first(bench, containers.clone(CREATED, Route.TEMPLATE), TEMPLATE, out);
    byHand(bench, out);
    ContainerCase.first(bench, containers, containers.sandbox(), DIRECT, out);
    keep(bench, 1);
    first(bench, containers.clone(CREATED, Route.WARM), WARM, out);
    answer(bench, containers.clone(RUNNING, Route.WARM), out);
    GetVmRequest request =
        GetVmRequest.newBuilder().setTemplate(RUNNING).addRoutes(Route.WARM).build();
    long begun = System.nanoTime();
    try (VmHandle vm = bench.client().getVm(request, bench.deadline())) {
      out.sample(WARM, READY, Boundary.READY, (System.nanoTime() - begun) / 1000);
    }
    keep(bench, 0);
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
      out.sample(subject, TOTAL, Boundary.FIRST_OUTPUT, micros(laps));
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

  private static void requireByte(int read) throws IOException {
    if (read < 0) {
      throw new EOFException("the container printed nothing");
    }
  }

  private static long micros(Laps laps) {
    return laps.all().stream().mapToLong(lap -> lap.span().toNanos()).sum() / 1000;
  }

  private static void answer(Bench bench, Sandbox fresh, Recorder out) throws IOException {
    try (Sandbox sandbox = fresh) {
      long begun = System.nanoTime();
      sandbox.start(bench.deadline());
      Container container = sandbox.containers(bench.deadline()).get(0);
      container.process().stdin().write('x');
      container.process().stdin().flush();
      requireByte(container.process().stdout().read());
      out.sample(WARM, ANSWER, Boundary.FIRST_OUTPUT, (System.nanoTime() - begun) / 1000);
    }
  }

  /** The parts by hand: a clone, a VM that is woken, and what the program takes in either. */
  private static void byHand(Bench bench, Recorder out) throws IOException {
    Laps clone = bench.raw().run();
    Laps program = program(bench);
    out.steps(FLOOR, clone.all());
    out.steps(FLOOR, program.all());
    out.sample(FLOOR, TOTAL, Boundary.FIRST_OUTPUT, micros(clone) + micros(program));
    try (RawVm vm = bench.raw().stopped()) {
      Laps wake = new Laps();
      vm.cont();
      wake.lap("cont");
      vm.answer();
      wake.lap("answer");
      out.steps(WOKEN, wake.all());
      out.sample(WOKEN, TOTAL, Boundary.FIRST_OUTPUT, micros(wake) + micros(program));
    }
  }

  /** Starts the program of a fresh clone through a connection to its agent and nothing else. */
  private static Laps program(Bench bench) throws IOException {
    GetVmRequest request =
        GetVmRequest.newBuilder().setTemplate(CREATED).addRoutes(Route.TEMPLATE).build();
    try (VmHandle vm = bench.client().getVm(request, bench.deadline());
        GuestAgent agent = vm.agent(bench.deadline())) {
      String id = agent.containers().list(bench.deadline()).get(0).id();
      OciProcess hello = hello(agent.containers().process(id, bench.deadline()));
      Laps laps = new Laps();
      agent.containers().start(id, hello, bench.deadline());
      laps.lap("start container");
      byte[] bytes =
          bench
              .deadline()
              .await(agent.processes().read(ProcessRef.first(id), Output.STDOUT, 1), "a byte");
      laps.lap("first byte");
      requireByte(bytes.length - 1);
      return laps;
    }
  }
}
