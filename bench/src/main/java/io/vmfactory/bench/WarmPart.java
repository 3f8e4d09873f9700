package io.vmfactory.bench;

import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.cases.Bench;
import io.vmfactory.bench.floor.RawVm;
import io.vmfactory.client.VmHandle;
import java.io.IOException;
import java.util.List;

/**
 * The warm path, one request at a time, each against the same two steps by hand: a stopped VM that
 * has answered once is told to go on and answers again. Nothing else is under way when either
 * begins; a call that makes the daemon do nothing is measured while the pool refills, and tells how
 * much of a reply's time is the wire's and the machine's.
 */
record WarmPart(int samples) implements Part.Measure {
  private static final int WARM_UP = 5;
  private static final int KEPT = 3;
  private static final String REPLY = "request to reply";
  private static final String AWAKE = "cont and answer";
  private static final String NOTHING = "a call of nothing (no floor)";

  @Override
  public Part run(Bench bench) throws IOException {
    Figures warm = new Figures();
    Figures floor = new Figures();
    bench.keep(KEPT, KEPT);
    for (int i = 1; i <= WARM_UP + samples; i++) {
      bench.progress("warm VM and raw VM " + i + " of " + (WARM_UP + samples));
      boolean counts = i > WARM_UP;
      bySelf(bench, counts ? floor : new Figures());
      byDaemon(bench, counts ? warm : new Figures());
      nothing(bench, counts ? floor : new Figures());
      bench.settled();
    }
    double ratio = (double) warm.median(REPLY) / floor.median(AWAKE);
    double tail = (double) warm.percentile(REPLY, 99) / warm.median(REPLY);
    return new Part(
        "warm VM, one request at a time (route WARM)",
        warm.table()
            + "  its p90 %.2f ms%n".formatted(warm.percentile(REPLY, 90) / 1000.0)
            + "floor: a stopped VM by hand, cont until its agent answers\n"
            + floor.table(),
        List.of(
            Promise.atMost("warm request over floor, p50", ratio, "x", 2),
            Promise.atMost("warm request, p99 over p50", tail, "x", 5)));
  }

  private static void byDaemon(Bench bench, Figures figures) {
    long start = System.nanoTime();
    try (VmHandle vm = bench.get(Route.WARM)) {
      long micros = (System.nanoTime() - start) / 1000;
      vm.granted().getHopsList().forEach(hop -> figures.add(hop.getName(), hop.getMicros()));
      figures.add(REPLY, micros);
    }
  }

  private static void nothing(Bench bench, Figures figures) {
    long start = System.nanoTime();
    bench.call();
    figures.add(NOTHING, (System.nanoTime() - start) / 1000);
  }

  private static void bySelf(Bench bench, Figures figures) throws IOException {
    try (RawVm vm = bench.raw().stopped()) {
      long start = System.nanoTime();
      vm.cont();
      vm.answer();
      figures.add(AWAKE, (System.nanoTime() - start) / 1000);
    }
  }
}
