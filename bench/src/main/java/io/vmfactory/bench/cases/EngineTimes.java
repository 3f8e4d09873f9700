package io.vmfactory.bench.cases;

import io.vmfactory.bench.commands.TimedOutput;
import io.vmfactory.bench.engines.Engine;
import io.vmfactory.bench.engines.EngineRuntime;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.bench.report.Series;
import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Times containers of one engine: in VMs, and without VMs by a runtime that this host can run. */
final class EngineTimes {
  static final String FLOOR = Series.FLOOR;
  private static final List<String> HELLO = Containers.command("echo", "hello");
  private static final double MICROS = 1000;
  private static final String TEMPLATE = "io.vmfactory.template";
  private static final String STORE = TEMPLATE + ".store";

  private final Engine engine;
  private final Optional<EngineRuntime> floor;
  private int containers;

  private EngineTimes(Engine engine, Optional<EngineRuntime> floor) {
    this.engine = engine;
    this.floor = floor;
  }

  /** Finds the first runtime without VMs that works. Notes which, and why others do not. */
  static EngineTimes of(Engine engine, Deadline deadline, Recorder out) {
    List<String> refused = new ArrayList<>();
    for (EngineRuntime candidate : engine.floors()) {
      String id = "floor-" + candidate.name();
      try (TimedOutput command = TimedOutput.start(engine.run(candidate, id, HELLO))) {
        var unused = command.await(deadline);
        refused.add(0, "floor of %s: %s".formatted(engine.name(), candidate.name()));
        refused.forEach(out::note);
        return new EngineTimes(engine, Optional.of(candidate));
      } catch (IOException e) {
        refused.add(
            "%s with %s does not run here: %s"
                .formatted(engine.name(), candidate.name(), reason(e)));
      }
    }
    refused.add(0, "no floor of %s on this host".formatted(engine.name()));
    refused.forEach(out::note);
    return new EngineTimes(engine, Optional.empty());
  }

  /** Returns what the engine printed, without its command line. */
  private static String reason(IOException e) {
    String message = String.valueOf(e.getMessage());
    return message.substring(message.indexOf(": exit ") + 2);
  }

  private String series() {
    return engine.name() + " run";
  }

  private TimedOutput start(EngineRuntime runtime) throws IOException {
    containers++;
    return TimedOutput.start(engine.run(runtime, "bench-" + containers, HELLO));
  }

  /** Times a container in a VM of the daemon. */
  void leased(String subject, Deadline deadline, Recorder out) throws IOException {
    one(engine.leased(), subject, deadline, out);
  }

  /** Returns the name of the template that {@link #store} makes. */
  String template() {
    return "bench-" + engine.name();
  }

  /** Stores a template with a container like those that are timed. */
  void store(Deadline deadline) throws IOException {
    EngineRuntime storing = engine.leased().annotated(STORE, template());
    try (TimedOutput command = start(storing)) {
      var unused = command.await(deadline);
    }
  }

  /** Times a container in a clone of that template. */
  void ofTemplate(String subject, Deadline deadline, Recorder out) throws IOException {
    one(engine.leased().annotated(TEMPLATE, template()), subject, deadline, out);
  }

  /** Times a container without a VM, if this host has a floor, then one in a VM of its own boot. */
  void others(Deadline deadline, Recorder out) throws IOException {
    if (floor.isPresent()) {
      one(floor.get(), FLOOR, deadline, out);
    }
    one(engine.direct(), ContainerCase.DIRECT, deadline, out);
  }

  private void one(EngineRuntime runtime, String subject, Deadline deadline, Recorder out)
      throws IOException {
    try (TimedOutput command = start(runtime)) {
      TimedOutput.Times times = command.await(deadline);
      out.sample(subject, series(), Boundary.FIRST_OUTPUT, times.firstMicros());
      out.sample(subject, series() + ", to its end", Boundary.OTHER, times.endMicros());
    }
  }

  /** Times containers in VMs of the daemon that are started at the same moment. */
  void manyLeased(int many, String subject, Deadline deadline, Recorder out) throws IOException {
    many(many, engine.leased(), subject, deadline, out);
  }

  /** Times containers without VMs that are started at the same moment, if this host has a floor. */
  void manyFloor(int many, Deadline deadline, Recorder out) throws IOException {
    if (floor.isPresent()) {
      many(many, floor.get(), FLOOR, deadline, out);
    }
  }

  private void many(
      int many, EngineRuntime runtime, String subject, Deadline deadline, Recorder out)
      throws IOException {
    List<TimedOutput> commands = new ArrayList<>();
    try {
      for (int i = 0; i < many; i++) {
        commands.add(start(runtime));
      }
      String name = "%d %s at once".formatted(many, series());
      long slowest = 0;
      for (TimedOutput command : commands) {
        long first = command.await(deadline).firstMicros();
        out.sample(subject, name, Boundary.FIRST_OUTPUT, first);
        slowest = Math.max(slowest, first);
      }
      out.sample(subject, name + ", the slowest", Boundary.FIRST_OUTPUT, slowest);
    } finally {
      commands.forEach(TimedOutput::close);
    }
  }

  /**
   * Reports how much longer a container in a VM takes than one on the floor, and how much of that
   * is beyond a container in a VM without an engine. Nothing if this host has no floor.
   *
   * @param subject of the containers in VMs
   * @param template of those in clones of the template
   * @param alone id of the series of containers without an engine, of the same rounds
   */
  void judge(String subject, String template, String alone, Recorder out) {
    double direct = out.median(ContainerCase.DIRECT, series());
    double warm = out.median(subject, series());
    double cloned = out.median(template, series());
    out.gauge("direct boot over WARM, " + series(), "x", direct / warm);
    out.gauge("direct boot over WARM with a template, " + series(), "x", direct / cloned);
    out.gauge("a template: over WARM without, " + series(), "x", cloned / warm);
    if (floor.isPresent()) {
      out.floor(subject, series(), FLOOR, series());
      List<Long> whole = micros(out, subject + ": " + series());
      List<Long> without = micros(out, FLOOR + ": " + series());
      out.gauge("a warm VM adds to " + series(), "ms", beyond(whole, List.of(without)));
      List<List<Long>> parts = List.of(without, micros(out, alone));
      out.finding(engine.name() + "-run", beyond(whole, parts));
      List<Long> clones = micros(out, template + ": " + series());
      out.finding(engine.name() + "-template", beyond(clones, parts));
    }
  }

  private static List<Long> micros(Recorder out, String id) {
    return out.series().stream()
        .filter(series -> series.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no samples of " + id))
        .micros();
  }

  /** Returns what is left of each round without its parts: the median, in milliseconds. */
  static double beyond(List<Long> whole, List<List<Long>> parts) {
    List<Long> left =
        IntStream.range(0, whole.size())
            .mapToObj(i -> whole.get(i) - parts.stream().mapToLong(part -> part.get(i)).sum())
            .sorted()
            .toList();
    int middle = left.size() / 2;
    long median =
        left.size() % 2 == 1 ? left.get(middle) : (left.get(middle - 1) + left.get(middle)) / 2;
    return median / MICROS;
  }
}
