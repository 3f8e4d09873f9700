package io.vmfactory.bench;

import io.vmfactory.bench.cases.Bench;
import io.vmfactory.bench.floor.RawVm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * How fast an empty pool fills, against a bare loop that restores as many VMs by hand, as many at
 * once, up to where a pool keeps them: answered and stopped. No shells wait for either. In turns.
 */
record RefillPart(int vms, int rounds) implements Part.Measure {
  private static final String POOL = "pool, a VM";
  private static final String LOOP = "bare loop, a VM";

  @Override
  public Part run(Bench bench) throws IOException {
    Figures figures = new Figures();
    int atOnce = Math.max(1, bench.settled().getRestores().getLimit());
    for (int round = 1; round <= rounds; round++) {
      bench.progress("refill of %d, %d of %d".formatted(vms, round, rounds));
      bench.keep(0, 0);
      long start = System.nanoTime();
      bench.keep(vms, 0);
      figures.add(POOL, (System.nanoTime() - start) / 1000 / vms);
      bench.keep(0, 0);
      figures.add(LOOP, byHand(bench, atOnce) / 1000 / vms);
    }
    double ratio = (double) figures.median(LOOP) / figures.median(POOL);
    return new Part(
        "refill of %d VMs, %d at once".formatted(vms, atOnce),
        figures.table()
            + "  pool %.2f VMs/s, bare loop %.2f VMs/s%n"
                .formatted(1e6 / figures.median(POOL), 1e6 / figures.median(LOOP)),
        List.of(Promise.atLeast("refill over bare loop", ratio, "x", 0.85)));
  }

  private long byHand(Bench bench, int atOnce) throws IOException {
    ExecutorService threads = Executors.newFixedThreadPool(atOnce);
    List<CompletableFuture<RawVm>> restored = new ArrayList<>();
    try {
      long start = System.nanoTime();
      for (int i = 0; i < vms; i++) {
        restored.add(CompletableFuture.supplyAsync(() -> stopped(bench), threads));
      }
      bench
          .deadline()
          .await(
              CompletableFuture.allOf(restored.toArray(CompletableFuture[]::new)),
              "the bare loop to end");
      return System.nanoTime() - start;
    } finally {
      threads.shutdown();
      for (CompletableFuture<RawVm> vm : restored) {
        bench.deadline().await(vm, "a VM of the bare loop").close();
      }
    }
  }

  private static RawVm stopped(Bench bench) {
    try {
      return bench.raw().stopped();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
