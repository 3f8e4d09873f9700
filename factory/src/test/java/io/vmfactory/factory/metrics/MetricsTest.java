package io.vmfactory.factory.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.observe.Observer;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.guest.GuestException;
import io.vmfactory.template.TemplateException;
import io.vmfactory.vmm.VmmException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

final class MetricsTest {
  private final Metrics metrics = new Metrics();
  private final Observer observer = metrics.observer();

  private Exposition scrape() {
    return new Exposition(new String(metrics.page(null).body(), UTF_8));
  }

  private static Lap lap(String name, int millis) {
    return new Lap(name, Duration.ofMillis(millis));
  }

  @Test
  void aServedRequestIsInTheHistogramOfItsRoute() {
    observer.served(Verb.GET_VM, "WARM", List.of(lap("cont", 2)), Duration.ofMillis(4));
    observer.served(Verb.GET_VM, "WARM", List.of(lap("cont", 3)), Duration.ofMillis(12));
    observer.served(Verb.GET_VM, "COLD", List.of(lap("boot", 900)), Duration.ofSeconds(100));
    observer.served(Verb.GET_BASE_VM, "SHELL", List.of(), Duration.ofMillis(1));
    observer.served(
        Verb.FORK_VM, "FORK", List.of(lap("copy", 9), lap("state", 2)), Duration.ofMillis(80));
    observer.served(
        Verb.SNAPSHOT_VM, "SNAPSHOT", List.of(lap("store", 700)), Duration.ofMillis(900));
    observer.served(
        Verb.SUSPEND_VM, "SUSPENDED", List.of(lap("record", 5)), Duration.ofMillis(800));
    observer.served(Verb.RESUME_VM, "RESUMED", List.of(), Duration.ofMillis(70));
    Exposition page = scrape();
    String warm = "{launch_type=warm,le=%s,route=WARM}";
    assertThat(page.value("vmfactory_get_vm_seconds_bucket" + warm.formatted("0.003"))).isZero();
    assertThat(page.value("vmfactory_get_vm_seconds_bucket" + warm.formatted("0.005"))).isOne();
    assertThat(page.value("vmfactory_get_vm_seconds_bucket" + warm.formatted("0.015")))
        .isEqualTo(2);
    assertThat(page.value("vmfactory_get_vm_seconds_sum{launch_type=warm,route=WARM}"))
        .isEqualTo(.016);
    assertThat(page.value("vmfactory_get_vm_seconds_bucket{launch_type=cold,le=60.0,route=COLD}"))
        .isZero();
    assertThat(page.value("vmfactory_get_vm_seconds_count{launch_type=cold,route=COLD}")).isOne();
    assertThat(page.value("vmfactory_get_base_vm_seconds_count{launch_type=cold,route=SHELL}"))
        .isOne();
    assertThat(page.value("vmfactory_fork_vm_seconds_sum{launch_type=cold,route=FORK}"))
        .isEqualTo(.08);
    assertThat(page.value("vmfactory_snapshot_vm_seconds_sum")).isEqualTo(.9);
    assertThat(page.value("vmfactory_suspend_vm_seconds_sum")).isEqualTo(.8);
    assertThat(page.value("vmfactory_resume_vm_seconds_sum")).isEqualTo(.07);
    assertThat(page.value("vmfactory_hop_seconds_sum{hop=store,part=daemon,work=snapshot_vm}"))
        .isEqualTo(.7);
    assertThat(page.value("vmfactory_hop_seconds_sum{hop=copy,part=daemon,work=fork_vm}"))
        .isEqualTo(.009);
    assertThat(page.value("vmfactory_hop_seconds_count{hop=cont,part=monitor,work=get_vm}"))
        .isEqualTo(2);
    assertThat(page.value("vmfactory_hop_seconds_sum{hop=boot,part=guest,work=get_vm}"))
        .isEqualTo(.9);
  }

  @Test
  void anUnknownHopMakesNoSeriesOfItsOwn() {
    observer.served(Verb.GET_VM, "COLD", List.of(lap("x1", 1), lap("x2", 1)), Duration.ZERO);
    assertThat(scrape().series("vmfactory_hop_seconds_count"))
        .containsExactly("vmfactory_hop_seconds_count{hop=other,part=other,work=get_vm}");
  }

  @Test
  void failuresAreCountedByCause() {
    observer.failed(
        Verb.GET_VM,
        new RequestException(RequestException.Reason.EXHAUSTED, "all 4 VMs are in use"),
        Duration.ofMillis(250));
    var died = new VmmException(VmmException.Reason.DIED, "signal 11");
    observer.failed(Verb.GET_BASE_VM, new CompletionException(died), Duration.ZERO);
    observer.failed(Verb.GET_VM, new CancelledException("gone", null), Duration.ZERO);
    observer.failed(Verb.GET_VM, new IllegalStateException("a defect"), Duration.ZERO);
    observer.failed(
        Verb.FORK_VM, new GuestException(GuestException.ABORTED, "hook", null), Duration.ZERO);
    observer.refillFailed(
        Tier.SHELL, new TemplateException(TemplateException.Reason.REFUSED, "other host"));
    observer.trouble("VM", null);
    observer.trouble("making the shells of template 0a0a0a0a0a0a", died);
    observer.trouble("making the shells of template 0b0b0b0b0b0b", died);
    observer.trouble("taking template 0b0b0b0b0b0b into memory", died);
    Exposition page = scrape();
    String failed = "vmfactory_requests_failed_seconds_count";
    assertThat(page.value(failed + "{call=get_vm,cause=exhausted}")).isOne();
    assertThat(page.value("vmfactory_requests_failed_seconds_sum{call=get_vm,cause=exhausted}"))
        .isEqualTo(.25);
    assertThat(page.value(failed + "{call=get_base_vm,cause=vmm_died}")).isOne();
    assertThat(page.value(failed + "{call=get_vm,cause=cancelled}")).isOne();
    assertThat(page.value(failed + "{call=get_vm,cause=internal}")).isOne();
    assertThat(page.value(failed + "{call=fork_vm,cause=hook}")).isOne();
    assertThat(page.value("vmfactory_refills_failed_total{cause=template_refused,tier=shell}"))
        .isOne();
    assertThat(page.value("vmfactory_failures_total{cause=unknown,operation=VM}")).isOne();
    assertThat(page.value("vmfactory_failures_total{cause=vmm_died,operation=making the shells}"))
        .isEqualTo(2);
    assertThat(page.value("vmfactory_failures_total{cause=vmm_died,operation=taking into memory}"))
        .isOne();
  }

  @Test
  void refillsAndTheirStepsAreTimed() {
    observer.refilled(Tier.SHELL, List.of(lap("spawn", 40)), Duration.ofMillis(45));
    observer.refilled(Tier.WARM, List.of(lap("answer", 3)), Duration.ofMillis(120));
    Exposition page = scrape();
    assertThat(page.value("vmfactory_refill_seconds_sum{tier=shell}")).isEqualTo(.045);
    assertThat(page.value("vmfactory_refill_seconds_count{tier=warm}")).isOne();
    assertThat(page.value("vmfactory_hop_seconds_count{hop=answer,part=agent,work=refill_warm}"))
        .isOne();
  }

  @Test
  void leasesAreCountedByTheirEnds() {
    List.of("VM_LEASED", "VM_LEASED", "LEASE_RENEWED", "LEASE_EXPIRED", "VM_DIED", "FAILURE")
        .forEach(observer::happened);
    Exposition page = scrape();
    assertThat(page.value("vmfactory_leases_opened_total")).isEqualTo(2);
    assertThat(page.value("vmfactory_leases_renewed_total")).isOne();
    assertThat(page.value("vmfactory_leases_ended_total{why=expired}")).isOne();
    assertThat(page.value("vmfactory_leases_ended_total{why=vm_died}")).isOne();
    assertThat(page.value("vmfactory_leases_ended_total{why=released}")).isZero();
  }

  @Test
  void jvmAndProcessShowThemselves() {
    Exposition page = scrape();
    assertThat(page.value("process_resident_memory_bytes")).isGreaterThan(10 << 20);
    assertThat(page.value("process_open_fds")).isGreaterThan(3);
    assertThat(page.value("process_max_fds")).isGreaterThan(page.value("process_open_fds"));
    assertThat(page.value("process_cpu_seconds_total")).isPositive();
    assertThat(page.value("jvm_memory_used_bytes{area=heap}")).isPositive();
    assertThat(page.value("jvm_threads_current")).isPositive();
    assertThat(page.series("jvm_gc_collection_seconds_count")).isNotEmpty();
    double now = System.currentTimeMillis() / 1e3;
    assertThat(page.value("process_start_time_seconds")).isBetween(now - 86400 * 365, now);
  }

  @Test
  void openMetricsIsForThoseWhoAcceptIt() {
    Metrics.Page page =
        metrics.page("application/openmetrics-text;version=1.0.0;q=0.7,text/plain;q=0.3");
    assertThat(page.contentType()).startsWith("application/openmetrics-text; version=1.0.0");
    assertThat(new String(page.body(), UTF_8)).endsWith("# EOF\n");
    assertThat(metrics.page("*/*").contentType()).startsWith("text/plain; version=0.0.4");
  }

  @Test
  void aStateThatCannotBeReadFailsTheScrape() {
    metrics.show(
        States.build(),
        () -> {
          throw new IllegalStateException("no status");
        });
    assertThatThrownBy(() -> metrics.page(null)).hasMessageContaining("no status");
  }
}
