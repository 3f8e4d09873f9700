package io.vmfactory.bench.cases;

import static io.vmfactory.bench.cases.TimedVm.FLOOR;

import io.vmfactory.bench.floor.RawVm;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Measures how fast an empty pool fills, compared with a bare loop that restores as many VMs by
 * hand, as many at the same time, up to the state in which a pool keeps them: answered and stopped.
 * Neither uses waiting shells. The two alternate.
 */
final class RefillCase implements BenchCase {
  private static final String POOL = "pool";
  private static final String EACH = "a VM, refilling";
  private static final double MICROS = 1e6;

  @Override
  public String name() {
    return "refill";
  }

  @Override
  public String summary() {
    return "an empty pool fills, and a bare loop restores as many VMs by hand, alternating";
  }

  /** Returns settings whose concurrency is the number of VMs wanted. */
  @Override
  public CaseSettings control(Scale scale) {
    return new CaseSettings(
        scale.pick(8, 3, 1), scale.pick(1, 0, 0), scale.pick(16, 16, 2), Duration.ofMinutes(15));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    int vms = control.concurrency();
    int turns = Math.max(1, bench.settled().getRestores().getLimit());
    bench.rounds(
        control,
        out,
        "refill of %d VMs, bare loop of as many".formatted(vms),
        samples -> {
          long start = System.nanoTime();
          bench.keep(vms, 0);
          samples.sample(POOL, EACH, Boundary.OTHER, (System.nanoTime() - start) / 1000 / vms);
          bench.keep(0, 0);
          samples.sample(FLOOR, EACH, Boundary.OTHER, byHand(bench, vms, turns) / 1000 / vms);
        });
    out.floor(POOL, EACH, FLOOR, EACH);
    out.gauge("restores at once", "", turns);
    out.gauge("refill by the pool", "VMs/s", MICROS / out.median(POOL, EACH));
    out.gauge("refill by a bare loop", "VMs/s", MICROS / out.median(FLOOR, EACH));
    out.finding("refill-over-loop", (double) out.median(FLOOR, EACH) / out.median(POOL, EACH));
  }

  private static long byHand(Bench bench, int vms, int turns) throws IOException {
    ExecutorService threads = Executors.newFixedThreadPool(turns);
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
