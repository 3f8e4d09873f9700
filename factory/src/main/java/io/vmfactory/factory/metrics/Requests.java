package io.vmfactory.factory.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.observe.Observer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Counts requests, refills, leases and failures. Thread-safe. */
final class Requests implements Observer {
  /**
   * Bounds in seconds. They are fine where warm VMs are handed out (single milliseconds) and clones
   * are made (tens to hundreds), and coarse at the end, where a guest boots or a request waits for
   * its turn.
   */
  private static final double[] WHOLE = {
    .0005, .001, .002, .003, .005, .0075, .01, .015, .02, .03, .05, .075, .1, .15, .2, .3, .5, .75,
    1, 1.5, 2.5, 5, 10, 30, 60
  };

  /** Bounds in seconds. There are many steps, so each has few buckets. */
  private static final double[] STEP = {
    .0001, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, 1, 5, 30
  };

  /**
   * The template's key in the name of an operation. It is removed: a series per template would stay
   * when the template is deleted.
   */
  private static final Pattern TEMPLATE = Pattern.compile(" (of )?template [0-9a-f]{12}");

  /** The events that begin or end a lease, and the word for each. */
  private static final Map<String, String> ENDS =
      Map.of("LEASE_RELEASED", "released", "LEASE_EXPIRED", "expired", "VM_DIED", "vm_died");

  private final Histogram getVm;
  private final Histogram getBaseVm;
  private final Histogram forkVm;
  private final Histogram snapshotVm;
  private final Histogram suspendVm;
  private final Histogram resumeVm;
  private final Histogram hop;
  private final Summary failed;
  private final Histogram attach;
  private final Histogram refill;
  private final Counter refillsFailed;
  private final Counter leasesOpened;
  private final Counter leasesEnded;
  private final Counter renewals;
  private final Counter failures;

  Requests(PrometheusRegistry registry) {
    getVm = byRoute("vmfactory_get_vm_seconds", "Time of a GetVm that was served.", registry);
    getBaseVm =
        byRoute("vmfactory_get_base_vm_seconds", "Time of a GetBaseVm that was served.", registry);
    forkVm = byRoute("vmfactory_fork_vm_seconds", "Time of a ForkVm that was served.", registry);
    snapshotVm =
        histogram("vmfactory_snapshot_vm_seconds", "Time of a SnapshotVm that was served.", WHOLE)
            .register(registry);
    suspendVm =
        histogram("vmfactory_suspend_vm_seconds", "Time of a SuspendVm that was served.", WHOLE)
            .register(registry);
    resumeVm =
        histogram(
                "vmfactory_resume_vm_seconds",
                "Time of a ResumeVm that was served with a suspended VM.",
                WHOLE)
            .register(registry);
    hop =
        histogram(
                "vmfactory_hop_seconds", "Time of each step, by the part that is waited for.", STEP)
            .labelNames("work", "hop", "part")
            .register(registry);
    failed =
        Summary.builder()
            .name("vmfactory_requests_failed_seconds")
            .help("Requests that failed or were refused, and how long that took.")
            .labelNames("call", "cause")
            .withoutExemplars()
            .register(registry);
    attach =
        histogram("vmfactory_attach_drive_seconds", "Time to attach a drive to a VM.", STEP)
            .labelNames("mode", "place")
            .register(registry);
    refill =
        histogram("vmfactory_refill_seconds", "Time to make one VM for a pool.", WHOLE)
            .labelNames("tier")
            .register(registry);
    refillsFailed =
        counter("vmfactory_refills_failed_total", "VMs for a pool that could not be made.")
            .labelNames("tier", "cause")
            .register(registry);
    leasesOpened = counter("vmfactory_leases_opened_total", "Leases opened.").register(registry);
    leasesEnded =
        counter("vmfactory_leases_ended_total", "Leases ended.")
            .labelNames("why")
            .register(registry);
    renewals = counter("vmfactory_leases_renewed_total", "Leases renewed.").register(registry);
    failures =
        counter("vmfactory_failures_total", "Operations that failed, as shown by status.")
            .labelNames("operation", "cause")
            .register(registry);
    ENDS.values().forEach(leasesEnded::initLabelValues);
    for (Tier tier : Tier.values()) {
      refill.initLabelValues(Causes.word(tier));
    }
  }

  private static Histogram byRoute(String name, String help, PrometheusRegistry registry) {
    return histogram(name, help, WHOLE).labelNames("route", "launch_type").register(registry);
  }

  @Override
  public void served(Verb verb, String route, List<Lap> hops, Duration total) {
    switch (verb) {
      case SNAPSHOT_VM -> snapshotVm.observe(seconds(total));
      case SUSPEND_VM -> suspendVm.observe(seconds(total));
      case RESUME_VM -> resumeVm.observe(seconds(total));
      default -> handedOut(verb, route, total);
    }
    steps(Causes.word(verb), hops);
  }

  private void handedOut(Verb verb, String route, Duration total) {
    Histogram whole =
        switch (verb) {
          case FORK_VM -> forkVm;
          case GET_BASE_VM -> getBaseVm;
          default -> getVm;
        };
    whole.labelValues(route, launchType(route)).observe(seconds(total));
  }

  @Override
  public void failed(Verb verb, Throwable cause, Duration total) {
    failed.labelValues(Causes.word(verb), Causes.of(cause)).observe(seconds(total));
  }

  @Override
  public void attached(String mode, boolean hotPlugged, Duration total) {
    String word = mode.toLowerCase(Locale.ROOT);
    attach.labelValues(word, hotPlugged ? "port" : "slot").observe(seconds(total));
  }

  @Override
  public void refilled(Tier tier, List<Lap> hops, Duration total) {
    refill.labelValues(Causes.word(tier)).observe(seconds(total));
    steps("refill_" + Causes.word(tier), hops);
  }

  @Override
  public void refillFailed(Tier tier, Throwable cause) {
    refillsFailed.labelValues(Causes.word(tier), Causes.of(cause)).inc();
  }

  @Override
  public void happened(String kind) {
    String end = ENDS.get(kind);
    if (end != null) {
      leasesEnded.labelValues(end).inc();
    } else if (kind.equals("VM_LEASED")) {
      leasesOpened.inc();
    } else if (kind.equals("LEASE_RENEWED")) {
      renewals.inc();
    }
  }

  @Override
  public void trouble(String what, @Nullable Throwable cause) {
    String operation = TEMPLATE.matcher(what).replaceFirst("");
    failures.labelValues(operation, Causes.of(cause)).inc();
  }

  /** Returns what a request would have waited for without a pool: nothing, or the start of a VM. */
  private static String launchType(String route) {
    return route.equals("WARM") ? "warm" : "cold";
  }

  private void steps(String work, List<Lap> hops) {
    for (Lap lap : hops) {
      String name = Hops.label(lap.name());
      hop.labelValues(work, name, Hops.part(name)).observe(seconds(lap.span()));
    }
  }

  private static double seconds(Duration span) {
    return span.toNanos() / 1e9;
  }

  private static Histogram.Builder histogram(String name, String help, double[] buckets) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .classicOnly()
        .classicUpperBounds(buckets)
        .withoutExemplars();
  }

  private static Counter.Builder counter(String name, String help) {
    return Counter.builder().name(name).help(help).withoutExemplars();
  }
}
