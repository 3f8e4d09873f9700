package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.CaseSettings;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.client.VmHandle;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Measures many requests at the same moment; each VM is kept until all are served. First half of
 * the control's concurrency on as many warm VMs, then all of it on a quarter as many.
 */
final class BurstCase implements BenchCase {
  /** The most shells that wait when a burst begins. */
  private static final int MOST_SHELLS = 4;

  private static final double ALL = 100;

  @Override
  public String name() {
    return "burst";
  }

  @Override
  public String summary() {
    return "16 requests at once on 16 warm VMs, and 32 on 8";
  }

  @Override
  public CaseSettings control(Scale scale) {
    return new CaseSettings(scale.pick(5, 2, 1), 0, scale.pick(32, 32, 4), Duration.ofMinutes(15));
  }

  @Override
  public void run(Bench bench, CaseSettings control, Recorder out) throws IOException {
    int many = control.concurrency();
    List<Route> enough = new ArrayList<>();
    List<Route> scarce = new ArrayList<>();
    bench.rounds(
        control,
        out,
        "burst on enough warm VMs, burst on too few",
        samples -> {
          enough.addAll(burst(bench, many / 2, many / 2, samples));
          scarce.addAll(burst(bench, many, many / 4, samples));
        });
    long warm = enough.stream().filter(route -> route == Route.WARM).count();
    out.finding("burst-warm", ALL * warm / (control.iterations() * (many / 2)));
    out.finding("burst-served", ALL * scarce.size() / (control.iterations() * many));
  }

  /** Returns the routes of the requests that were served; notes those that failed. */
  private static List<Route> burst(Bench bench, int requests, int warm, Recorder out) {
    bench.keep(warm, Math.min(warm, MOST_SHELLS));
    String name = "%d at once on %d warm VMs".formatted(requests, warm);
    List<VmHandle> vms = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(requests);
    try {
      List<CompletableFuture<VmHandle>> asked = new ArrayList<>();
      for (int i = 0; i < requests; i++) {
        asked.add(CompletableFuture.supplyAsync(() -> request(bench, name, out), threads));
      }
      for (CompletableFuture<VmHandle> answer : asked) {
        try {
          vms.add(bench.deadline().await(answer, "a request of the burst"));
        } catch (RuntimeException e) {
          out.note("not served: " + e.getMessage());
        }
      }
    } finally {
      threads.shutdownNow();
    }
    List<Route> routes = vms.stream().map(vm -> vm.granted().getRoute()).toList();
    vms.forEach(VmHandle::close);
    bench.settled();
    return routes;
  }

  private static VmHandle request(Bench bench, String name, Recorder out) {
    long start = System.nanoTime();
    VmHandle vm = bench.get(Route.ROUTE_UNSPECIFIED);
    long micros = (System.nanoTime() - start) / 1000;
    out.sample(vm.granted().getRoute().name(), name, Boundary.READY, micros);
    return vm;
  }
}
