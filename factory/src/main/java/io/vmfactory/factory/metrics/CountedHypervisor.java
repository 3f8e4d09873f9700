package io.vmfactory.factory.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmExit;
import java.util.function.Supplier;

/**
 * A hypervisor whose processes are counted, whoever starts them: how long a start takes until the
 * monitor answers, how many run, how they end.
 */
final class CountedHypervisor implements Hypervisor {
  private final Hypervisor counted;
  private final Histogram starts;
  private final Counter startsFailed;
  private final Counter exits;
  private final Gauge running;

  CountedHypervisor(Hypervisor counted, PrometheusRegistry registry) {
    this.counted = counted;
    starts =
        Histogram.builder()
            .name("vmfactory_vmm_start_seconds")
            .help(
                "Time from the start of a VMM process, or its adoption, to its monitor's answer;"
                    + " of how=\"restore\" until its state is loaded, too.")
            .labelNames("how")
            .classicOnly()
            .classicUpperBounds(.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10)
            .withoutExemplars()
            .register(registry);
    startsFailed =
        Counter.builder()
            .name("vmfactory_vmm_starts_failed_total")
            .help("VMM processes that could not be started or adopted.")
            .labelNames("how", "cause")
            .withoutExemplars()
            .register(registry);
    exits =
        Counter.builder()
            .name("vmfactory_vmm_exits_total")
            .help("Ends of VMM processes; the daemon itself ends them with signal 9.")
            .labelNames("status")
            .withoutExemplars()
            .register(registry);
    running =
        Gauge.builder()
            .name("vmfactory_vmm_processes")
            .help("VMM processes under this daemon's care or given away by it.")
            .withoutExemplars()
            .register(registry);
    exits.initLabelValues("signal 9");
  }

  @Override
  public HypervisorInfo info() {
    return counted.info();
  }

  @Override
  public Vm boot(Launch launch, Deadline deadline) {
    return started("boot", () -> counted.boot(launch, deadline));
  }

  @Override
  public Vm prepare(Launch launch, Deadline deadline) {
    return started("incoming", () -> counted.prepare(launch, deadline));
  }

  @Override
  public Vm restore(Launch launch, byte[] deviceState, Runnable answered, Deadline deadline) {
    return started("restore", () -> counted.restore(launch, deviceState, answered, deadline));
  }

  @Override
  public Vm adopt(Survivor survivor, Deadline deadline) {
    return started("adopt", () -> counted.adopt(survivor, deadline));
  }

  private Vm started(String how, Supplier<Vm> start) {
    long begun = System.nanoTime();
    Vm vm;
    try {
      vm = start.get();
    } catch (RuntimeException | Error e) {
      startsFailed.labelValues(how, Causes.of(e)).inc();
      throw e;
    }
    starts.labelValues(how).observe((System.nanoTime() - begun) / 1e9);
    running.inc();
    vm.signals().exited().whenComplete((exit, failure) -> ended(exit));
    return vm;
  }

  private void ended(VmExit exit) {
    running.dec();
    exits.labelValues(status(exit)).inc();
  }

  /** Exit codes above 1 are not told apart, to keep the series few. */
  private static String status(VmExit exit) {
    if (exit.signal() != 0) {
      return "signal " + exit.signal();
    } else if (exit.code() < 0) {
      return "unknown";
    }
    return exit.code() > 1 ? "code 2 or more" : "code " + exit.code();
  }
}
