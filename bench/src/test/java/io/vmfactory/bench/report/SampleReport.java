package io.vmfactory.bench.report;

import io.vmfactory.bench.report.Curve.Point;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/** A made-up report that looks like one of a real run: every kind of value, plausible numbers. */
public final class SampleReport {
  private static final Instant BEGUN = Instant.parse("2026-11-22T10:00:00Z");
  private static final String REQUEST = "request";
  private static final String ANSWERS = "until the agent answers";

  private final Random dice;

  private SampleReport(long seed) {
    dice = new Random(seed);
  }

  public static Report of(long seed) {
    return new SampleReport(seed).report();
  }

  private Report report() {
    HostFacts host =
        new HostFacts(
            2,
            "AMD EPYC",
            7938,
            "6.1.0-40-amd64",
            "7.2.22",
            "tcg",
            "vmlinuz 6.1.0-40-cloud-amd64, initrd 3.1 MiB, 256 MiB, 1 vCPU",
            "17.0.15",
            "0123abc+changes",
            "0.1.0-SNAPSHOT");
    return new Report(
        Report.SCHEMA, "FULL", host, List.of(cloneCase(), warm(), container(), churn(), density()));
  }

  private CaseReport cloneCase() {
    Recorder out = new Recorder();
    for (int i = 0; i < 200; i++) {
      double mood = Math.exp(0.1 * dice.nextGaussian());
      step(out, "TEMPLATE", "spawn", 31 * mood);
      step(out, "TEMPLATE", "load", 3.3 * mood);
      step(out, "TEMPLATE", "cont", 2 * mood);
      step(out, "TEMPLATE", "answer", 18 * mood);
      step(out, "floor", "spawn", 20 * mood);
      step(out, "floor", "load", 13 * mood);
      step(out, "floor", "cont", 0.6 * mood);
      step(out, "floor", "answer", 19 * mood);
      out.sample("TEMPLATE", ANSWERS, Boundary.AGENT_ANSWERS, micros(59 * mood));
      out.sample("floor", ANSWERS, Boundary.AGENT_ANSWERS, micros(53 * mood));
      out.sample("TEMPLATE", REQUEST, Boundary.READY, micros(76 * mood));
    }
    for (int i = 0; i < 10; i++) {
      out.sample("COLD", ANSWERS, Boundary.AGENT_ANSWERS, micros(1900));
    }
    out.floor("TEMPLATE", ANSWERS, "floor", ANSWERS);
    out.finding("clone-over-floor", 1.11);
    out.finding("boot-over-clone", 24.6);
    out.note("Spawn and load are separated differently by the floor: compare their sum.");
    return done("clone", 0, out);
  }

  private CaseReport warm() {
    Recorder out = new Recorder();
    for (int i = 0; i < 200; i++) {
      double mood = Math.exp(0.2 * dice.nextGaussian());
      out.sample("WARM", REQUEST, Boundary.READY, micros(6.9 * mood));
      out.sample("floor", "cont and answer", Boundary.AGENT_ANSWERS, micros(2.7 * mood));
      out.sample("SHELL", REQUEST, Boundary.READY, micros(40 * mood));
      out.sample("GetConfig", "call", Boundary.OTHER, micros(2 * mood));
      step(out, "WARM", "claim", 0.56 * mood);
      step(out, "WARM", "cont", 1.2 * mood);
      step(out, "WARM", "wake", 0.81 * mood);
      step(out, "WARM", "lease", 0.6 * mood);
    }
    out.floor("WARM", REQUEST, "floor", "cont and answer");
    out.finding("warm-over-floor", 2.54);
    out.finding("warm-tail", 2.3);
    return done("warm", 1, out);
  }

  private CaseReport container() {
    Recorder out = new Recorder();
    for (int i = 0; i < 40; i++) {
      step(out, "WARM", "sandbox", 31);
      step(out, "WARM", "create", 350);
      step(out, "WARM", "start", 17);
      step(out, "WARM", "first byte", 36);
      step(out, "TEMPLATE", "sandbox", 109);
      step(out, "TEMPLATE", "create", 334);
      step(out, "TEMPLATE", "start", 17);
      step(out, "TEMPLATE", "first byte", 35);
      out.sample("WARM", REQUEST, Boundary.FIRST_OUTPUT, micros(440));
      out.sample("TEMPLATE", REQUEST, Boundary.FIRST_OUTPUT, micros(500));
    }
    return done("container", 2, out);
  }

  private CaseReport churn() {
    Recorder out = new Recorder();
    out.curve(over("warm VMs", second -> 8 + 6 * Math.sin(second / 20) - 3 * dice.nextDouble()));
    out.curve(over("shells", second -> 4 + 2 * Math.cos(second / 15)));
    out.curve(over("leased", second -> 10 + 8 * Math.sin(second / 20 + 1)));
    out.curve(tiers("with a build </script><b>beside", 1.2));
    out.curve(tiers("quiet", 1));
    out.gauge("requests served", "%", 100);
    return done("churn", 3, out);
  }

  private static Curve over(String name, DoubleUnaryOperator value) {
    return new Curve(
        "pool over time",
        name,
        "time, s",
        "VMs",
        IntStream.range(0, 120)
            .mapToObj(second -> new Point(second, Math.rint(value.applyAsDouble(second)), ""))
            .toList());
  }

  private static Curve tiers(String name, double mood) {
    return new Curve(
        "memory held against p99 latency",
        name,
        "memory held, MiB",
        "p99, ms",
        List.of(
            new Point(53, 1070 * mood, "0 warm, 0 shells"),
            new Point(120, 610 * mood, "0 warm, 4 shells"),
            new Point(190, 190 * mood, "4 warm, 2 shells"),
            new Point(310, 55 * mood, "8 warm, 4 shells"),
            new Point(560, 16 * mood, "16 warm, 4 shells")));
  }

  private static CaseReport density() {
    Recorder out = new Recorder();
    out.gauge("private guest RAM of an idle clone", "MiB", 0.51);
    out.gauge("private memory of its process", "MiB", 17.9);
    out.finding("clone-guest-ram", 0.51);
    out.finding("clone-process", 17.9);
    out.note("Private is what /proc/PID/smaps_rollup says; shared pages are counted in PSS.");
    return done("density", 4, out);
  }

  private void step(Recorder out, String subject, String name, double millis) {
    out.sample(subject, name, Boundary.STEP, micros(millis));
  }

  /** Returns a time; now and then it is far longer, as on any machine. */
  private long micros(double millis) {
    double tail = dice.nextInt(40) == 0 ? 1.5 + dice.nextDouble() : 1;
    return Math.round(1000 * millis * Math.exp(0.05 * dice.nextGaussian()) * tail);
  }

  private static CaseReport done(String name, int number, Recorder out) {
    Instant begun = BEGUN.plusSeconds(300L * number);
    return new CaseReport(
        name,
        CaseSettings.of(200, 5, Duration.ofMinutes(20)),
        begun,
        begun.plusSeconds(270),
        0.21,
        1.35,
        "",
        out.series(),
        out.gauges(),
        out.curves(),
        out.findings(),
        out.notes());
  }
}
