package io.vmfactory.bench.cases;

import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Curve;
import io.vmfactory.bench.report.Curve.Point;
import io.vmfactory.bench.report.Recorder;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Measures what waiting VMs cost in memory, and the latency that this buys: the same requests with
 * stocks of several sizes.
 */
final class CostCase implements BenchCase {
  private static final String CHART = "memory held against p99 latency";
  private static final int CUSTOMERS = 32;
  private static final double MICROS_IN_MILLI = 1000;

  /** With fewer requests, a mix says nothing about its tail and is left out of a quick run. */
  private static final int FEW = 50;

  private static final List<Mix> ALL =
      List.of(
          new Mix(0, 0),
          new Mix(0, 2),
          new Mix(0, 4),
          new Mix(1, 1),
          new Mix(2, 2),
          new Mix(4, 0),
          new Mix(4, 4),
          new Mix(8, 4));
  private static final List<Mix> SOME = List.of(new Mix(0, 0), new Mix(2, 2), new Mix(8, 4));

  /** How many VMs of each kind wait. */
  private record Mix(int warm, int shells) {
    String label() {
      return "warm %d, shells %d".formatted(warm, shells);
    }
  }

  @Override
  public String name() {
    return "cost";
  }

  @Override
  public String summary() {
    return "memory of the VMs that wait and the latency it buys, for several mixes of them";
  }

  @Override
  public CaseSettings control(Scale scale) {
    return new CaseSettings(scale.pick(200, 30, 3), 0, CUSTOMERS, Duration.ofMinutes(15));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    List<Mix> mixes = control.iterations() < FEW ? SOME : ALL;
    List<Point> tail = new ArrayList<>();
    List<Point> middle = new ArrayList<>();
    for (int i = 0; i < mixes.size(); i++) {
      Mix mix = mixes.get(i);
      bench.progress(i + 1, mixes.size(), mix.label());
      bench.keep(mix.warm(), mix.shells());
      double held = IdleVms.of(bench).heldMib(bench.template().getMemoryKib() / 1024.0);
      Recorder samples = new Recorder();
      Traffic.record(Traffic.run(bench, control), samples);
      samples.series().stream()
          .filter(series -> series.subject().equals(Traffic.ALL))
          .forEach(
              s -> s.micros().forEach(m -> out.sample(mix.label(), s.name(), s.boundary(), m)));
      tail.add(point(mix, held, out.percentile(mix.label(), Traffic.WAITED, 99)));
      middle.add(point(mix, held, out.percentile(mix.label(), Traffic.WAITED, 50)));
    }
    out.curve(new Curve(CHART, "p99", "memory held, MiB", "p99, ms", byMemory(tail)));
    out.curve(
        new Curve(
            "memory held against median latency",
            "p50",
            "memory held, MiB",
            "p50, ms",
            byMemory(middle)));
    out.note(
        "Memory held: the proportional shares (PSS) of the waiting VMs, before the requests, and"
            + " the template's memory once. The same %d requests for each mix, %.0f a second."
                .formatted(control.iterations(), Traffic.PER_SECOND));
    bench.keep(0, 0);
  }

  private static Point point(Mix mix, double held, long micros) {
    return new Point(held, micros / MICROS_IN_MILLI, mix.label());
  }

  private static List<Point> byMemory(List<Point> points) {
    return points.stream().sorted(Comparator.comparingDouble(Point::x)).toList();
  }
}
