package io.vmfactory.bench;

import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.cases.Bench;
import io.vmfactory.client.VmHandle;
import java.util.List;

/** What a waiting shell saves: the same request on route SHELL and on route TEMPLATE, in turns. */
record ShellPart(int samples) implements Part.Measure {
  private static final int WARM_UP = 2;

  @Override
  public Part run(Bench bench) {
    Figures figures = new Figures();
    bench.keep(0, 2);
    for (int i = 1; i <= WARM_UP + samples; i++) {
      bench.progress("shell and template " + i + " of " + (WARM_UP + samples));
      request(bench, Route.SHELL, i > WARM_UP ? figures : new Figures());
      request(bench, Route.TEMPLATE, i > WARM_UP ? figures : new Figures());
    }
    double ratio =
        (double) figures.median(Route.SHELL.name()) / figures.median(Route.TEMPLATE.name());
    return new Part(
        "request to reply by route",
        figures.table(),
        List.of(Promise.atMost("SHELL over TEMPLATE, p50", ratio, "x", 0.65)));
  }

  private static void request(Bench bench, Route route, Figures figures) {
    long start = System.nanoTime();
    try (VmHandle vm = bench.get(route)) {
      figures.add(vm.granted().getRoute().name(), (System.nanoTime() - start) / 1000);
    }
    bench.settled();
  }
}
