package io.vmfactory.bench.simulate;

import io.vmfactory.bench.simulate.Simulation.Result;
import io.vmfactory.bench.simulate.Simulations.Comparison;
import io.vmfactory.bench.spec.Promise;
import io.vmfactory.bench.spec.Promises;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** Prints results on the terminal; for several seeds, the lowest and the highest figure. */
final class SimulationTable {
  private static final String ROW = "%-14s %10s  %-12s %13s %13s %7s %9s | %-14s %13s %13s%n";

  private final PrintWriter out;

  SimulationTable(PrintWriter out) {
    this.out = out;
  }

  void head() {
    out.printf(
        Locale.ROOT,
        ROW,
        "trace",
        "arrivals",
        "policy",
        "hits, %",
        "waiting, MiB",
        "peak",
        "unused",
        "as many hits",
        "waiting, MiB",
        "memory, %");
  }

  /** Adds the row of one policy on one shape, with the result of each seed. */
  void row(List<Comparison> seeds) {
    Result first = seeds.get(0).result();
    out.printf(
        Locale.ROOT,
        ROW,
        first.trace(),
        range(seeds, "%.0f", c -> c.result().arrivals()),
        first.policy(),
        range(seeds, "%.2f", c -> hitPercent(c.result())),
        range(seeds, "%.1f", c -> c.result().meanMebibytes()),
        range(seeds, "%.0f", c -> c.result().peakWaiting()),
        range(seeds, "%.0f", c -> c.result().unused()),
        "fixed:" + range(seeds, "%.0f", c -> size(c.fixed())),
        range(seeds, "%.1f", c -> c.fixed().meanMebibytes()),
        range(seeds, "%.1f", SimulationTable::memoryPercent));
    out.flush();
  }

  /**
   * Adds what is promised for the diurnal trace, by the worst seed; nothing if it was not replayed.
   */
  void promises(List<Comparison> all) {
    List<Comparison> diurnal =
        all.stream()
            .filter(c -> c.result().trace().equals(ArrivalShape.DIURNAL.word()))
            .filter(c -> c.result().policy().startsWith("auto"))
            .toList();
    if (diurnal.isEmpty()) {
      return;
    }
    promise("auto-hits", diurnal.stream().mapToDouble(c -> hitPercent(c.result())).min());
    promise("auto-memory", diurnal.stream().mapToDouble(SimulationTable::memoryPercent).max());
    out.flush();
  }

  private void promise(String id, OptionalDouble worst) {
    Promise promise =
        Promises.all().stream().filter(one -> one.id().equals(id)).findFirst().orElseThrow();
    double value = worst.orElseThrow();
    out.printf(
        Locale.ROOT,
        "%s: %.2f %s (promised: %s) %s%n",
        promise.text(),
        value,
        promise.unit(),
        promise.allowed(),
        promise.verdict(value));
  }

  private static double hitPercent(Result result) {
    return 100 * result.hitRatio();
  }

  private static double memoryPercent(Comparison comparison) {
    return 100 * comparison.memoryRatio();
  }

  private static double size(Result fixed) {
    return Double.parseDouble(fixed.policy().substring("fixed:".length()));
  }

  private static String range(
      List<Comparison> seeds, String form, ToDoubleFunction<Comparison> figure) {
    double[] sorted = seeds.stream().mapToDouble(figure).sorted().toArray();
    String least = String.format(Locale.ROOT, form, sorted[0]);
    String most = String.format(Locale.ROOT, form, sorted[sorted.length - 1]);
    return least.equals(most) ? least : least + ".." + most;
  }
}
