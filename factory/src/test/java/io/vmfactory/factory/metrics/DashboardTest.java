package io.vmfactory.factory.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.observe.Observer;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.stock.PoolView;
import io.vmfactory.scripted.vmm.FakeHypervisor;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmmException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that the shipped dashboard and the alerts in the documentation use only metrics that the
 * daemon has.
 */
final class DashboardTest {
  private static final Path TOP = Path.of(System.getProperty("vmfactory.top"));
  private static final Pattern METRIC = Pattern.compile("\\b(?:vmfactory|jvm|process)_[a-z0-9_]+");
  private static final Pattern GROUPED = Pattern.compile("by \\(([^)]*)\\)");
  private static final Pattern SELECTED = Pattern.compile("([a-z_]+)(?:=|!=|=~|!~)\"");

  /** Labels that Prometheus adds to everything it scrapes. */
  private static final Set<String> ADDED = Set.of("instance", "job");

  @TempDir private static Path root;
  private static Exposition page;
  private static JsonNode dashboard;

  @BeforeAll
  static void read() throws Exception {
    page = everything();
    Path file = TOP.resolve("configs/grafana-dashboard.json");
    dashboard = new ObjectMapper().readTree(Files.readString(file));
  }

  /** Returns the page of a daemon that has done everything once. */
  private static Exposition everything() {
    Metrics metrics = new Metrics();
    start(metrics.counted(new FakeHypervisor()));
    PoolView pool = States.pool(States.NEW, Tier.WARM);
    metrics.show(
        States.build(), () -> States.of(List.of(pool), States.template(States.NEW, true, "")));
    Observer observer = metrics.observer();
    List<Lap> hops = List.of(new Lap("cont", Duration.ofMillis(1)));
    observer.served(Verb.GET_VM, "WARM", hops, Duration.ofMillis(2));
    observer.failed(Verb.GET_VM, new IllegalStateException(), Duration.ZERO);
    observer.refilled(Tier.WARM, hops, Duration.ofMillis(100));
    observer.refillFailed(Tier.WARM, new IllegalStateException());
    observer.trouble("VM", null);
    observer.happened("VM_LEASED");
    return new Exposition(new String(metrics.page(null).body(), UTF_8));
  }

  /** Runs one start that succeeds and one that fails. */
  private static void start(Hypervisor hypervisor) {
    Deadline deadline = Deadline.after(Duration.ofSeconds(30));
    VmId id = VmId.random();
    Launch launch =
        new Launch(
            id,
            States.template(States.NEW, true, "").spec(),
            new VmFolders(root).create(id),
            new GuestRam.Anonymous());
    Vm vm = hypervisor.boot(launch, deadline);
    vm.kill();
    assertThatThrownBy(
            () ->
                hypervisor.adopt(
                    new Survivor(vm.identity(), launch.spec(), launch.folder()), deadline))
        .isInstanceOf(VmmException.class);
  }

  private static List<String> queries() {
    return dashboard.findValuesAsText("expr");
  }

  @Test
  void everyQueryAsksForWhatThereIs() {
    assertThat(queries()).hasSizeGreaterThan(40);
    queries().forEach(DashboardTest::check);
  }

  @Test
  void theVariablesToo() {
    assertThat(dashboard.at("/templating/list/1/definition").asText())
        .isEqualTo("label_values(vmfactory_build_info, instance)");
    assertThat(page.families()).contains("vmfactory_build_info");
  }

  @Test
  void theAlertsInTheDocumentationToo() throws Exception {
    List<String> alerts =
        Files.readAllLines(TOP.resolve("docs/operations.md")).stream()
            .filter(line -> line.startsWith("| `") && METRIC.matcher(line).find())
            .map(line -> line.split("`", -1)[1].replace("\\|", "|"))
            .toList();
    assertThat(alerts).hasSizeGreaterThan(4);
    alerts.forEach(DashboardTest::check);
  }

  @Test
  void whatTheDaemonCountsOfItsWorkIsShown() {
    Set<String> asked = new HashSet<>();
    queries().forEach(query -> asked.addAll(found(METRIC, query)));
    Set<String> unseen = new TreeSet<>();
    for (String family : page.families()) {
      if (asked.stream().noneMatch(name -> name.startsWith(family))) {
        unseen.add(family);
      }
    }
    assertThat(unseen)
        .containsExactly(
            "jvm_classes_currently_loaded",
            "jvm_memory_max_bytes",
            "jvm_threads_peak",
            "vmfactory_build_info",
            "vmfactory_pool_expired_total",
            "vmfactory_pool_open",
            "vmfactory_pool_poisoned_total",
            "vmfactory_pool_superseded",
            "vmfactory_pool_taken_total",
            "vmfactory_pool_waiting",
            "vmfactory_pool_wanted",
            "vmfactory_restore_mean_seconds",
            "vmfactory_restores_waiting_limit",
            "vmfactory_resume_vm_seconds",
            "vmfactory_snapshot_vm_seconds",
            "vmfactory_suspend_vm_seconds",
            "vmfactory_template_usable");
  }

  @Test
  void panelsHaveNamesAndDoNotOverlap() {
    Set<String> cells = new HashSet<>();
    Set<Integer> ids = new HashSet<>();
    for (JsonNode panel : dashboard.get("panels")) {
      assertThat(ids.add(panel.get("id").asInt())).isTrue();
      assertThat(panel.get("title").asText()).isNotBlank();
      JsonNode place = panel.get("gridPos");
      assertThat(place.get("x").asInt() + place.get("w").asInt()).isLessThanOrEqualTo(24);
      for (int x = 0; x < place.get("w").asInt(); x++) {
        for (int y = 0; y < place.get("h").asInt(); y++) {
          String cell = (place.get("x").asInt() + x) + "," + (place.get("y").asInt() + y);
          assertThat(cells.add(cell)).as("%s at %s", panel.get("title"), cell).isTrue();
        }
      }
    }
  }

  /** Checks that the metrics of a query exist, and that its labels exist on one of them. */
  private static void check(String query) {
    Set<String> metrics = found(METRIC, query);
    assertThat(metrics).as(query).isNotEmpty();
    Set<String> labels = new HashSet<>(ADDED);
    for (String metric : metrics) {
      assertThat(page.names()).as(query).contains(metric);
      labels.addAll(page.labels(metric));
    }
    Set<String> wanted = found(SELECTED, query);
    for (String group : found(GROUPED, query)) {
      wanted.addAll(List.of(group.split(",\\s*")));
    }
    assertThat(labels).as(query).containsAll(wanted);
  }

  private static Set<String> found(Pattern pattern, String text) {
    Set<String> all = new HashSet<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      all.add(matcher.group(matcher.groupCount()));
    }
    return all;
  }
}
