package io.vmfactory.bench;

import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.cases.Bench;
import io.vmfactory.client.VmHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Many requests at the same moment, each kept until all are served. */
record BurstPart(int requests, int warm, int rounds) implements Part.Measure {
  @Override
  public Part run(Bench bench) {
    Figures figures = new Figures();
    int served = 0;
    int hits = 0;
    for (int round = 1; round <= rounds; round++) {
      bench.progress("burst of %d on %d, %d of %d".formatted(requests, warm, round, rounds));
      bench.keep(warm, Math.min(warm, 4));
      List<VmHandle> vms = burst(bench, figures);
      served += vms.size();
      hits += (int) vms.stream().filter(vm -> vm.granted().getRoute() == Route.WARM).count();
      vms.forEach(VmHandle::close);
      bench.settled();
    }
    String name = "burst of %d on %d".formatted(requests, warm);
    Promise kept =
        requests <= warm
            ? Promise.atLeast(name + ": WARM", 100.0 * hits / (requests * rounds), "%", 100)
            : Promise.atLeast(name + ": served", 100.0 * served / (requests * rounds), "%", 100);
    return new Part(name + " warm VMs, by route", figures.table(), List.of(kept));
  }

  /** Those that were served; a failure is told. */
  private List<VmHandle> burst(Bench bench, Figures figures) {
    ExecutorService threads = Executors.newFixedThreadPool(requests);
    try {
      List<CompletableFuture<VmHandle>> asked = new ArrayList<>();
      for (int i = 0; i < requests; i++) {
        asked.add(CompletableFuture.supplyAsync(() -> request(bench, figures), threads));
      }
      List<VmHandle> vms = new ArrayList<>();
      for (CompletableFuture<VmHandle> answer : asked) {
        try {
          vms.add(bench.deadline().await(answer, "a request of the burst"));
        } catch (RuntimeException e) {
          bench.progress("not served: " + e.getMessage());
        }
      }
      return vms;
    } finally {
      threads.shutdown();
    }
  }

  private static VmHandle request(Bench bench, Figures figures) {
    long start = System.nanoTime();
    VmHandle vm = bench.get(Route.ROUTE_UNSPECIFIED);
    long micros = (System.nanoTime() - start) / 1000;
    synchronized (figures) {
      figures.add(vm.granted().getRoute().name(), micros);
    }
    return vm;
  }
}
