package io.vmfactory.bench.cases;

import io.vmfactory.api.v1.Hop;
import io.vmfactory.api.v1.Route;
import io.vmfactory.bench.report.Boundary;
import io.vmfactory.bench.report.Recorder;
import io.vmfactory.client.VmHandle;
import io.vmfactory.configs.time.Laps;
import java.util.List;
import java.util.Set;

/** Requests VMs and records the client's times and the daemon's hops. */
final class TimedVm {
  /** Subject of the times of a VM made by hand. */
  static final String FLOOR = "floor";

  /** Series of the time until the reply arrived. */
  static final String READY = "request to reply";

  /** Series of the time until the agent first answered, without the queues before. */
  static final String ANSWERED = "until the agent answered";

  /** Series of the time of the VMM's load. */
  static final String LOADED = "load of the state";

  private static final String LOAD = "load";

  /** Hops that wait for other requests, which the floor does not have. */
  private static final Set<String> QUEUES = Set.of("admit", "turn");

  private TimedVm() {}

  /**
   * Gets a VM. Records its times under the route that served it, and the daemon's hops as steps.
   */
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

  /**
   * Gets a VM that is made for the request, so that the time of its agent's first answer is known.
   */
  static VmHandle make(Bench bench, Route wanted, Recorder out) {
    VmHandle vm = get(bench, wanted, out);
    List<Hop> hops = vm.granted().getHopsList();
    out.sample(wanted.name(), ANSWERED, Boundary.AGENT_ANSWERS, answered(hops));
    hops.stream()
        .filter(hop -> hop.getName().equals(LOAD))
        .forEach(load -> out.sample(wanted.name(), LOADED, Boundary.VMM_LOAD, load.getMicros()));
    return vm;
  }

  /** Records a clone or a boot by hand: each step, and the sum. */
  static void byHand(Laps laps, Recorder out) {
    out.steps(FLOOR, laps.all());
    long nanos = laps.all().stream().mapToLong(lap -> lap.span().toNanos()).sum();
    out.sample(FLOOR, ANSWERED, Boundary.AGENT_ANSWERS, nanos / 1000);
    laps.all().stream()
        .filter(lap -> lap.name().equals(LOAD))
        .forEach(lap -> out.sample(FLOOR, LOADED, Boundary.VMM_LOAD, lap.span().toNanos() / 1000));
  }

  /**
   * Returns the time from the end of the queues until the end of the hop "answer", in microseconds.
   */
  static long answered(List<Hop> hops) {
    long sum = 0;
    for (Hop hop : hops) {
      sum += QUEUES.contains(hop.getName()) ? 0 : hop.getMicros();
      if (hop.getName().equals("answer")) {
        return sum;
      }
    }
    throw new IllegalArgumentException("the daemon reported no hop \"answer\": " + hops);
  }
}
