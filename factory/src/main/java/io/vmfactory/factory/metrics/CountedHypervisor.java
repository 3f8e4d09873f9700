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
 * A hypervisor that counts its processes: how long a start takes until the monitor answers, how
 * many run, how they end.
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
                "Time from the start or adoption of a VMM process to its monitor's answer;"
                    + " with how=\"restore\" until its state is loaded.")
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
            .help("VMM processes that ended; signal 9 means that the daemon ended them.")
            .labelNames("status")
            .withoutExemplars()
            .register(registry);
    running =
        Gauge.builder()
            .name("vmfactory_vmm_processes")
            .help("VMM processes that this daemon supervises or has given away.")
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

  @Override
  public Vm hold(Survivor survivor) {
    long begun = System.nanoTime();
    Vm vm;
    try {
      vm = counted.hold(survivor);
    } catch (RuntimeException | Error e) {
      startsFailed.labelValues("adopt", Causes.of(e)).inc();
      throw e;
    }
    vm.signals()
        .available()
        .whenComplete(
            (phase, failure) -> {
              if (failure == null) {
                starts.labelValues("adopt").observe((System.nanoTime() - begun) / 1e9);
              } else {
                startsFailed.labelValues("adopt", Causes.of(failure)).inc();
              }
            });
    running.inc();
    vm.signals().exited().whenComplete((exit, failure) -> ended(exit));
    return vm;
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

  /**
   * Returns the label for an exit. Exit codes above 1 share one label, to keep the number of series
   * small.
   */
  private static String status(VmExit exit) {
    if (exit.signal() != 0) {
      return "signal " + exit.signal();
    } else if (exit.code() < 0) {
      return "unknown";
    }
    return exit.code() > 1 ? "code 2 or more" : "code " + exit.code();
  }
}
