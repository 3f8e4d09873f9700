package io.vmfactory.bench;

import io.vmfactory.bench.cases.Bench;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The warm pool against its promises, each figure beside its floor and in the same run. */
final class PoolCase {
  private final List<Part.Measure> measures;

  private PoolCase(List<Part.Measure> measures) {
    this.measures = measures;
  }

  /** With samples enough for what is said of them. */
  static PoolCase full() {
    return new PoolCase(
        List.of(
            new WarmPart(200),
            new ShellPart(40),
            new BurstPart(16, 16, 3),
            new BurstPart(32, 8, 3),
            new RefillPart(16, 5),
            new IdlePart(32)));
  }

  /** Every part once, to see that it works; its figures say little. */
  static PoolCase quick() {
    return new PoolCase(
        List.of(
            new WarmPart(3),
            new ShellPart(2),
            new BurstPart(2, 2, 1),
            new BurstPart(4, 2, 1),
            new RefillPart(2, 1),
            new IdlePart(2)));
  }

  /** Runs it and returns the report. */
  String run(Bench bench) throws IOException {
    List<String> out = new ArrayList<>();
    List<Promise> promises = new ArrayList<>();
    out.add(Host.line(bench.settled()));
    out.add("milliseconds                    median      p99  count");
    for (Part.Measure measure : measures) {
      Part part = measure.run(bench);
      out.add(part.title() + "\n" + part.text());
      promises.addAll(part.promises());
    }
    promises.forEach(promise -> out.add(promise.line()));
    return String.join("\n", out) + "\n";
  }
}
