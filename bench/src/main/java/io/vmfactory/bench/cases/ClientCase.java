package io.vmfactory.bench.cases;

import io.vmfactory.bench.commands.TimedCommand;
import io.vmfactory.bench.engines.RuntimeService;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.harness.daemon.DaemonHome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures commands that the runtime service runs for a client without a JVM, in turns with the
 * same commands in a JVM of their own.
 */
final class ClientCase implements BenchCase {
  private static final String SERVED = "by the service";
  private static final String OWN = "in a JVM of its own";
  private static final String RUN = "run -- true, WARM";
  private static final String PS = "ps";
  private static final double MICROS = 1e6;

  @Override
  public String name() {
    return "client";
  }

  @Override
  public String summary() {
    return "vmfactory run on WARM and ps, by the runtime service and in a JVM, and a JVM that does"
        + " nothing, in turns";
  }

  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(scale.pick(30, 7, 1), scale.pick(3, 2, 1), Duration.ofMinutes(20));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    DaemonHome home = bench.daemon().home();
    Path tree = Containers.tree(home.scratch());
    bench.keep(1, 1);
    try (RuntimeService service =
        RuntimeService.start(
            bench.launcher(),
            home.configuration(),
            home.runDir().resolve("sandboxes"),
            bench.deadline())) {
      bench.rounds(control, out, "commands", samples -> round(bench, tree, samples));
    }
    out.finding("run-client", out.median(SERVED, RUN) / MICROS);
    out.finding("ps-client", out.median(SERVED, PS) / MICROS);
    bench.keep(0, 0);
  }

  private static void round(Bench bench, Path tree, Recorder out) throws IOException {
    CliCase.idleJvm(bench, out);
    for (String subject : List.of(SERVED, OWN)) {
      time(bench, out, subject, PS, "ps");
      time(bench, out, subject, RUN, "run", "--rootfs", tree.toString(), "--", "/bin/true");
      bench.settled();
    }
  }

  /** There is no Java for the client, so that a command which is not served fails. */
  private static void time(
      Bench bench, Recorder out, String subject, String series, String verb, String... words)
      throws IOException {
    String how = subject.equals(SERVED) ? "JAVA_HOME=/none" : "VMFACTORY_JVM=1";
    List<String> command = new ArrayList<>(List.of("env", how));
    command.addAll(bench.launcher());
    command.addAll(List.of(verb, "--config", bench.daemon().home().configuration().toString()));
    command.addAll(List.of(words));
    TimedCommand timed = TimedCommand.run(command, bench.deadline());
    out.sample(subject, series, Boundary.OTHER, timed.micros());
  }
}
