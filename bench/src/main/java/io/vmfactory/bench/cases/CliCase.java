package io.vmfactory.bench.cases;

import io.vmfactory.bench.commands.TimedCommand;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Measures the command as a user's shell runs it, until it has exited. */
final class CliCase implements BenchCase {
  private static final String COMMAND = "command";
  private static final String STATUS = "status";
  private static final String LEASE = "lease ";
  private static final double MICROS = 1e6;

  @Override
  public String name() {
    return "cli";
  }

  @Override
  public String summary() {
    return "vmfactory --help, status, ps, get and release, and a JVM that does nothing, each from"
        + " its start to its exit";
  }

  @Override
  public CaseSettings control(Scale scale) {
    return CaseSettings.of(scale.pick(30, 7, 1), scale.pick(2, 1, 0), Duration.ofMinutes(10));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    bench.keep(1, 1);
    bench.rounds(control, out, "commands", samples -> round(bench, samples));
    out.finding("status", out.median(COMMAND, STATUS) / MICROS);
    bench.keep(0, 0);
  }

  private static void round(Bench bench, Recorder out) throws IOException {
    time(bench, out, "--help");
    time(bench, out, STATUS);
    time(bench, out, "ps");
    idleJvm(bench, out);
    String lease =
        time(bench, out, "get")
            .lines()
            .filter(line -> line.startsWith(LEASE))
            .map(line -> line.substring(LEASE.length()).strip())
            .findFirst()
            .orElseThrow(() -> new IOException("vmfactory get printed no lease"));
    time(bench, out, "release", lease);
    bench.settled();
  }

  /** What no command written in Java can be below. */
  static void idleJvm(Bench bench, Recorder out) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command =
        List.of(java, "-Xshare:auto", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-version");
    TimedCommand timed = TimedCommand.run(command, bench.deadline());
    out.sample(COMMAND, "a JVM", Boundary.OTHER, timed.micros());
  }

  private static String time(Bench bench, Recorder out, String... words) throws IOException {
    List<String> command = new ArrayList<>(bench.launcher());
    command.add("--config");
    command.add(bench.daemon().home().configuration().toString());
    command.addAll(List.of(words));
    TimedCommand timed = TimedCommand.run(command, bench.deadline());
    out.sample(COMMAND, words[0], Boundary.OTHER, timed.micros());
    return timed.output();
  }
}
