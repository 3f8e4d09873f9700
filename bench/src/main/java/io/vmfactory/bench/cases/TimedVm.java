package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.Hop;
import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.client.VmHandle;
import io.vmfactory.configs.time.Laps;
import java.util.List;
import java.util.Set;

/** A request for a VM, timed by the client, and what the daemon's hops say of it. */
final class TimedVm {
  /** Whose times those of a VM made by hand are. */
  static final String FLOOR = "floor";

  /** Until the reply was there. */
  static final String READY = "request to reply";

  /** Until the agent answered for the first time, without the queues before. */
  static final String ANSWERED = "until the agent answered";

  /** The VMM's load. */
  static final String LOADED = "load of the state";

  private static final String LOAD = "load";

  /** Waits for other requests, which the floor does not have. */
  private static final Set<String> QUEUES = Set.of("admit", "turn");

  private TimedVm() {}

  /** Gets one. Its times are those of the route that served it, its steps the daemon's hops. */
  static VmHandle get(Bench bench, Route wanted, Recorder out) {
    long start = System.nanoTime();
    VmHandle vm = bench.get(wanted);
    long micros = (System.nanoTime() - start) / 1000;
    String route = vm.granted().getRoute().name();
    List<Hop> hops = vm.granted().getHopsList();
    out.sample(route, READY, Boundary.READY, micros);
    hops.forEach(hop -> out.sample(route, hop.getName(), Boundary.STEP, hop.getMicros()));
    return vm;
  }

  /** Gets one that is made for the request, of which it is known when its agent answered. */
  static VmHandle make(Bench bench, Route wanted, Recorder out) {
    VmHandle vm = get(bench, wanted, out);
    List<Hop> hops = vm.granted().getHopsList();
    out.sample(wanted.name(), ANSWERED, Boundary.AGENT_ANSWERS, answered(hops));
    hops.stream()
        .filter(hop -> hop.getName().equals(LOAD))
        .forEach(load -> out.sample(wanted.name(), LOADED, Boundary.VMM_LOAD, load.getMicros()));
    return vm;
  }

  /** Adds what a clone or a boot by hand took: each step, and all of them. */
  static void byHand(Laps laps, Recorder out) {
    out.steps(FLOOR, laps.all());
    long nanos = laps.all().stream().mapToLong(lap -> lap.span().toNanos()).sum();
    out.sample(FLOOR, ANSWERED, Boundary.AGENT_ANSWERS, nanos / 1000);
    laps.all().stream()
        .filter(lap -> lap.name().equals(LOAD))
        .forEach(lap -> out.sample(FLOOR, LOADED, Boundary.VMM_LOAD, lap.span().toNanos() / 1000));
  }

  /** From the end of the queues until the end of the hop "answer", in microseconds. */
  static long answered(List<Hop> hops) {
    long sum = 0;
    for (Hop hop : hops) {
      sum += QUEUES.contains(hop.getName()) ? 0 : hop.getMicros();
      if (hop.getName().equals("answer")) {
        return sum;
      }
    }
    throw new IllegalArgumentException("the daemon timed no hop \"answer\": " + hops);
  }
}
