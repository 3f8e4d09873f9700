package io.vmfactory.factory.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.factory.app.Status;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.request.TemplateView;
import io.vmfactory.template.SnapshotNote.Owner;
import io.vmfactory.template.TemplateInfo;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class StateFamiliesTest {
  private final Metrics metrics = new Metrics();
  private final AtomicReference<Status> status = new AtomicReference<>(States.of());

  @BeforeEach
  void show() {
    metrics.show(States.build(), status::get);
  }

  private Exposition scrape() {
    return new Exposition(new String(metrics.page(null).body(), UTF_8));
  }

  @Test
  void theBuildIsInLabels() {
    Exposition page = scrape();
    assertThat(page.series("vmfactory_build_info"))
        .hasSize(1)
        .first()
        .asString()
        .contains("accelerator=tcg", "version=1.2.3", "vmm=7.2.22 \\\"x\\\\y\\\"");
    assertThat(page.value("vmfactory_vms_limit")).isEqualTo(16);
    assertThat(page.value("vmfactory_leases")).isOne();
  }

  @Test
  void aTemplateThatIsGoneHasNoSeries() {
    status.set(
        States.of(
            States.template(States.OLD, false, "another host"),
            States.template(States.NEW, true, "")));
    Exposition both = scrape();
    assertThat(both.value("vmfactory_template_usable{template=0a0a0a0a0a0a}")).isZero();
    assertThat(both.value("vmfactory_template_usable{template=0b0b0b0b0b0b}")).isOne();
    assertThat(both.value("vmfactory_template_loaded_bytes{template=0b0b0b0b0b0b}"))
        .isEqualTo(5120);
    assertThat(both.value("vmfactory_template_loaded_bytes{template=0a0a0a0a0a0a}")).isZero();
    assertThat(both.value("vmfactory_template_for_configuration")).isOne();
    status.set(States.of(States.template(States.OLD, false, "another host")));
    Exposition one = scrape();
    assertThat(one.series("vmfactory_template_usable")).hasSize(1);
    assertThat(one.value("vmfactory_template_for_configuration")).isZero();
  }

  /** Every user of the host may read the metrics. */
  @Test
  void aTemplateOfAUserIsNotShown() {
    TemplateInfo info = States.template(States.OLD, true, "");
    TemplateView users = new TemplateView(info, new Owner(1001, false), "mine", 1, true);
    TemplateView shared = new TemplateView(info, new Owner(0, true), "python", 1, true);
    status.set(States.views(List.of(), List.of(users)));
    assertThat(scrape().series("vmfactory_template_usable")).isEmpty();
    status.set(States.views(List.of(), List.of(shared)));
    assertThat(scrape().series("vmfactory_template_usable")).hasSize(1);
  }

  @Test
  void poolsAreShownByTemplateAndTier() {
    status.set(
        States.of(
            List.of(States.pool(States.NEW, Tier.WARM), States.pool(States.NEW, Tier.SHELL)),
            States.template(States.NEW, true, "")));
    Exposition page = scrape();
    String warm = "template=0b0b0b0b0b0b,tier=warm}";
    assertThat(page.value("vmfactory_pool_vms{state=idle," + warm)).isEqualTo(3);
    assertThat(page.value("vmfactory_pool_vms{state=allocating," + warm)).isOne();
    assertThat(page.value("vmfactory_pool_vms{state=claimed," + warm)).isOne();
    assertThat(page.value("vmfactory_pool_target{" + warm)).isEqualTo(4);
    assertThat(page.value("vmfactory_pool_wanted{" + warm)).isEqualTo(6);
    assertThat(page.value("vmfactory_pool_superseded{" + warm)).isEqualTo(2);
    assertThat(page.value("vmfactory_pool_waiting{" + warm)).isEqualTo(5);
    assertThat(page.value("vmfactory_pool_hits_total{" + warm)).isEqualTo(7);
    assertThat(page.value("vmfactory_pool_misses_total{" + warm)).isEqualTo(2);
    assertThat(page.value("vmfactory_pool_failures_in_a_row{" + warm)).isEqualTo(3);
    assertThat(page.value("vmfactory_pool_memory_bytes{kind=private," + warm)).isEqualTo(2 << 20);
    assertThat(page.value("vmfactory_pool_memory_budget_bytes")).isEqualTo(2L << 30);
    assertThat(page.series("vmfactory_pool_vms")).hasSize(10);
    status.set(States.of());
    assertThat(scrape().series("vmfactory_pool_vms")).isEmpty();
  }

  @Test
  void turnsAreShownByWhoHasThem() {
    Exposition page = scrape();
    assertThat(page.value("vmfactory_restores_limit")).isEqualTo(2);
    assertThat(page.value("vmfactory_restores_in_flight{by=refill}")).isOne();
    assertThat(page.value("vmfactory_restores_waiting{by=customer}")).isEqualTo(3);
    assertThat(page.value("vmfactory_restores_waiting{by=refill}")).isEqualTo(4);
    assertThat(page.value("vmfactory_restore_mean_seconds")).isOne();
  }
}
