package io.vmfactory.bench.compare;

import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseReport;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.HostFacts;
import io.vmfactory.bench.report.Report;
import io.vmfactory.bench.report.Series;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Makes up reports of one case: a route with a floor, one of its steps, another series and a call.
 */
final class SampleRuns {
  static final String PRODUCT = "TEMPLATE: request";
  static final String STEP = "TEMPLATE: lease";
  static final String SHELL = "SHELL: request";
  static final String CALL = "GetConfig: call";
  private static final Instant BEGUN = Instant.parse("2026-11-22T10:00:00Z");

  private final Random dice;
  private int rounds = 100;
  private double noise = 0.1;
  private double slower = 1;
  private double machine = 1;
  private double wander;
  private int minute;
  private String qemu = "7.2.22";

  SampleRuns(long seed) {
    dice = new Random(seed);
  }

  SampleRuns rounds(int number) {
    rounds = number;
    return this;
  }

  /** Sets the standard deviation of a time's logarithm. */
  SampleRuns noise(double deviation) {
    noise = deviation;
    return this;
  }

  /** Sets a factor on the time of the product's own code. */
  SampleRuns slower(double factor) {
    slower = factor;
    return this;
  }

  /** Sets a factor on all times. */
  SampleRuns machine(double factor) {
    machine = factor;
    return this;
  }

  /** Sets how far the machine's speed drifts from one round to the next. */
  SampleRuns wander(double deviation) {
    wander = deviation;
    return this;
  }

  SampleRuns minute(int begun) {
    minute = begun;
    return this;
  }

  SampleRuns qemu(String version) {
    qemu = version;
    return this;
  }

  Report report() {
    List<Long> product = new ArrayList<>();
    List<Long> floor = new ArrayList<>();
    List<Long> step = new ArrayList<>();
    List<Long> shell = new ArrayList<>();
    List<Long> call = new ArrayList<>();
    double mood = machine;
    for (int i = 0; i < rounds; i++) {
      mood *= Math.exp(wander * dice.nextGaussian());
      product.add(time(60_000 * slower * mood));
      floor.add(time(50_000 * mood));
      step.add(time(2000 * slower * mood));
      shell.add(time(30_000 * slower * mood));
      call.add(time(1900 * slower * mood));
    }
    HostFacts host =
        new HostFacts(2, "EPYC", 7938, "6.1", qemu, "tcg", "256 MiB", "17", "abc", "0.1.0");
    return new Report(
        Report.SCHEMA,
        "FULL",
        host,
        List.of(
            of(
                new Series("TEMPLATE", "request", Boundary.READY, "floor: clone", product),
                new Series("floor", "clone", Boundary.AGENT_ANSWERS, null, floor),
                new Series("TEMPLATE", "lease", Boundary.STEP, null, step),
                new Series("SHELL", "request", Boundary.READY, PRODUCT, shell),
                new Series("GetConfig", "call", Boundary.OTHER, null, call))));
  }

  private long time(double micros) {
    return Math.round(micros * Math.exp(noise * dice.nextGaussian()));
  }

  private CaseReport of(Series... series) {
    Instant begun = BEGUN.plus(Duration.ofMinutes(minute));
    return new CaseReport(
        "clone",
        CaseSettings.of(rounds, 0, Duration.ofMinutes(1)),
        begun,
        begun.plusSeconds(50),
        0,
        0,
        "",
        List.of(series),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }
}
