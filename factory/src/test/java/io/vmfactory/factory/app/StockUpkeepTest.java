package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.soon;
import static io.vmfactory.factory.app.TestFactory.stocked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.FactoryConfig;
import io.vmfactory.configs.PoolConfig.Auto;
import io.vmfactory.configs.PoolConfig.Count;
import io.vmfactory.configs.PoolConfig.Fixed;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.factory.app.PoolDesk.PoolResize;
import io.vmfactory.factory.app.TemplateDesk.TemplateRequest;
import io.vmfactory.factory.events.Events;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.events.RecordedFailure;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.stock.PoolView;
import io.vmfactory.pool.PoolFailure;
import io.vmfactory.pool.PoolStats.Phase;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.scripted.vmm.Script;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmmException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests how the stock is kept: filled, examined, renewed, and changed by operators. */
@Timeout(60)
final class StockUpkeepTest {
  private static final Duration CHECK = Duration.ofSeconds(30);
  private static final Duration PROBE = Duration.ofMinutes(10);
  private final VmmException noMore =
      new VmmException(VmmException.Reason.RESOURCES, "no processes");

  @TempDir private Path root;

  private TestFactory stock(int warm, int shells, String... more) {
    List<String> lines =
        new ArrayList<>(List.of("vm_cache_number = " + warm, "shell_number = " + shells));
    lines.addAll(List.of(more));
    return stocked(root, lines.toArray(String[]::new));
  }

  private static TemplateRequest rebuild() {
    return new TemplateRequest(null, null, true, TemplateUseCasesTest.SILENT);
  }

  private static List<String> digests(TestFactory factory, List<FakeVm> vms) {
    return vms.stream().map(vm -> factory.record(vm).templateDigest()).toList();
  }

  @Test
  void everyTemplateThatServesRequestsIsStockedAndNoOther() {
    TestFactory factory =
        new TestFactory(
            root,
            TestFactory.stockedConfig(root, "vm_cache_number = 1", "shell_number = 0"),
            f -> {
              f.template(1, 128);
              f.template(1, 256);
              f.templates.store(f.spec().withBoot(new Sizing(2, 256)), "altered");
            });
    try (factory) {
      assertThat(factory.status().pools())
          .extracting(PoolView::tier)
          .containsExactly(Tier.WARM, Tier.SHELL, Tier.WARM, Tier.SHELL);
      assertThat(factory.idle(VmPhase.PAUSED))
          .extracting(vm -> vm.launch().spec().boot().memoryMib())
          .containsExactlyInAnyOrder(128, 256);
    }
    assertThat(factory.hypervisor.vms()).extracting(FakeVm::phase).containsOnly(VmPhase.EXITED);
  }

  @Test
  void withTemplatesOffThereIsNoStock() {
    var config = TestFactory.stockedConfig(root);
    var off =
        new VmFactoryConfig(
            config.daemon(),
            config.qemu(),
            new FactoryConfig(false, root, 1 << 30, List.of("WARM", "COLD"), Duration.ofSeconds(5)),
            config.leases(),
            config.pool(),
            config.metrics(),
            config.runtime());
    try (TestFactory factory = new TestFactory(root, off, f -> f.template(1, 256))) {
      assertThat(factory.status().pools()).isEmpty();
      assertThat(factory.hypervisor.vms()).isEmpty();
      GrantedVm granted = factory.getAndRefill(any());
      assertThat(granted.routeReason()).isEqualTo("WARM: this daemon does not serve it");
    }
  }

  @Test
  void aCheckDoesNotWakeTheGuestAndAProbeLeavesItStopped() {
    try (TestFactory factory = stock(1, 0)) {
      FakeVm vm = factory.idle(VmPhase.PAUSED).get(0);
      int calls = factory.agents.calls(vm.identity().id()).size();
      factory.pass(CHECK);
      assertThat(factory.hypervisor.script().done()).endsWith(Script.Step.CHECK);
      assertThat(factory.agents.calls(vm.identity().id())).hasSize(calls);
      factory.pass(PROBE);
      assertThat(factory.hypervisor.script().done())
          .endsWith(Script.Step.CHECK, Script.Step.CONT, Script.Step.STOP);
      assertThat(factory.agents.calls(vm.identity().id())).endsWith("serving RUNNING");
      assertThat(vm.phase()).isEqualTo(VmPhase.PAUSED);
      factory.pass(CHECK);
      assertThat(factory.hypervisor.script().done())
          .as("not again at the next check")
          .endsWith(Script.Step.STOP, Script.Step.CHECK);
      assertThat(factory.getAndRefill(any()).route()).isEqualTo(Route.WARM);
    }
  }

  @Test
  void aVmThatFailsItsExaminationIsReplaced() {
    try (TestFactory factory = stock(1, 0)) {
      FakeVm warm = factory.idle(VmPhase.PAUSED).get(0);
      factory
          .hypervisor
          .script()
          .failAt(
              Script.Step.CHECK, new VmmException(VmmException.Reason.FAILED, "it says: internal"));
      factory.pass(CHECK);
      factory.hypervisor.script().heal();
      assertThat(warm.phase()).isEqualTo(VmPhase.EXITED);
      assertThat(factory.idle(VmPhase.PAUSED)).hasSize(1);
      PoolView pool = factory.pool(Tier.WARM);
      assertThat(pool.stats().failures().get(0).kind()).isEqualTo(PoolFailure.Kind.PROBE);
      assertThat(factory.status().failures())
          .extracting(RecordedFailure::what)
          .contains("examining a VM of the warm VMs of template " + pool.template().shortened());
    }
  }

  @Test
  void aGuestThatDoesNotAnswerItsProbeIsReplaced() {
    try (TestFactory factory = stock(1, 0)) {
      FakeVm vm = factory.idle(VmPhase.PAUSED).get(0);
      factory.agents.deaf.add(vm.identity().id());
      factory.pass(CHECK);
      assertThat(vm.phase()).as("nobody has noticed yet").isEqualTo(VmPhase.PAUSED);
      factory.pass(PROBE);
      assertThat(vm.phase()).isEqualTo(VmPhase.EXITED);
      assertThat(factory.pool(Tier.WARM).stats().slots().idle()).isEqualTo(1);
      assertThat(factory.getAndRefill(any()).route()).isEqualTo(Route.WARM);
    }
  }

  @Test
  void aVmKilledOnStockIsReplacedAndARunOfThemIsReportedOnce() {
    try (TestFactory factory = stock(3, 0)) {
      List<FakeVm> first = factory.idle(VmPhase.PAUSED);
      first.forEach(vm -> vm.exit(new VmExit(-1, 9, "")));
      factory.pass(Duration.ofMinutes(1)); // a pool whose VMs die young backs off
      assertThat(factory.idle(VmPhase.PAUSED)).hasSize(3).doesNotContainAnyElementsOf(first);
      assertThat(factory.pool(Tier.WARM).stats().failures())
          .filteredOn(f -> f.kind() == PoolFailure.Kind.DIED)
          .hasSize(3);
      assertThat(factory.status().failures())
          .singleElement()
          .satisfies(f -> assertThat(f.what()).startsWith("an idle VM of the warm VMs"))
          .satisfies(f -> assertThat(f.cause()).contains("signal 9"));
      assertThat(factory.folders()).hasSize(3);
    }
  }

  @Test
  void aFailingPoolIsReportedOnceKeepsItsCauseAndHeals() {
    try (TestFactory factory = stock(1, 1)) {
      factory.hypervisor.script().failAt(Script.Step.PREPARE, noMore);
      factory.getAndRefill(any());
      for (int i = 0; i < 100; i++) {
        factory.pass(Duration.ofSeconds(31));
      }
      PoolView shells = factory.pool(Tier.SHELL);
      assertThat(shells.stats().traffic().allocationsFailed()).isGreaterThan(20);
      assertThat(shells.stats().failures().get(0).cause()).isEqualTo(noMore);
      assertThat(shells.stats().retry()).isPresent();
      assertThat(factory.status().failures()).hasSizeLessThanOrEqualTo(2);
      assertThat(factory.kinds().stream().filter(Kind.POOL_FAILING::equals).count())
          .as("once for each tier at most")
          .isBetween(1L, 2L);
      factory.hypervisor.script().heal();
      factory.pass(Duration.ofMinutes(2));
      assertThat(factory.idle(VmPhase.PAUSED)).hasSize(1);
      assertThat(factory.idle(VmPhase.INCOMING)).hasSize(1);
      assertThat(factory.kinds()).contains(Kind.POOL_HEALED).endsWith(Kind.POOL_FILLED);
    }
  }

  @Test
  void aRebuiltTemplateReplacesTheStockAtOnce() {
    try (TestFactory factory = stock(2, 1, "roll_over = \"Recreate\"")) {
      List<FakeVm> old = List.copyOf(factory.hypervisor.vms());
      TemplateInfo rebuilt = factory.cases.templates().create(rebuild(), soon());
      assertThat(old).extracting(FakeVm::phase).containsOnly(VmPhase.EXITED);
      assertThat(digests(factory, factory.idle(VmPhase.PAUSED)))
          .containsExactly(rebuilt.digest(), rebuilt.digest());
      assertThat(digests(factory, factory.idle(VmPhase.INCOMING)))
          .containsExactly(rebuilt.digest());
    }
  }

  @Test
  void aRebuiltTemplateOnlyReplacesWhatIsTakenWhenThatIsConfigured() {
    try (TestFactory factory = stock(2, 0, "roll_over = \"OnReplenish\"")) {
      List<FakeVm> old = factory.idle(VmPhase.PAUSED);
      TemplateInfo rebuilt = factory.cases.templates().create(rebuild(), soon());
      assertThat(factory.idle(VmPhase.PAUSED)).isEqualTo(old);
      assertThat(factory.pool(Tier.WARM).stats().slots().superseded()).isEqualTo(2);
      assertThat(factory.getAndRefill(any()).vm().identity()).isEqualTo(old.get(0).identity());
      assertThat(factory.idle(VmPhase.PAUSED)).contains(old.get(1)).hasSize(2);
      assertThat(digests(factory, factory.idle(VmPhase.PAUSED))).contains(rebuilt.digest());
    }
  }

  @Test
  void aDeletedTemplateTakesItsStockAlongAndANewOneBringsItsOwn() {
    try (TestFactory factory = stock(1, 1)) {
      String key = factory.templates.list().get(0).key().hex();
      factory.cases.templates().delete(Peer.daemon(), key, soon());
      assertThat(factory.hypervisor.vms()).extracting(FakeVm::phase).containsOnly(VmPhase.EXITED);
      assertThat(factory.folders()).isEmpty();
      assertThat(factory.status().pools()).isEmpty();
      factory.cases.templates().create(rebuild(), soon());
      assertThat(factory.getAndRefill(any()).route()).isEqualTo(Route.WARM);
    }
  }

  @Test
  void aTemplateThatFitsNoMoreGoesWithTheNextOneBuilt() {
    try (TestFactory factory = stock(1, 0)) {
      FakeVm old = factory.idle(VmPhase.PAUSED).get(0);
      factory.templates.kernelDigest = "kernel 2";
      factory.cases.templates().create(rebuild(), soon());
      assertThat(old.phase()).isEqualTo(VmPhase.EXITED);
      assertThat(factory.pool(Tier.WARM).template())
          .isEqualTo(factory.templates.keyOf(factory.spec()));
    }
  }

  @Test
  void poolsAreResizedAndLaterTemplatesToo() {
    try (TestFactory factory = stock(1, 1)) {
      List<PoolView> pools = resize("", new Fixed(3), new Fixed(0), factory);
      assertThat(pools).hasSize(2);
      assertThat(factory.idle(VmPhase.PAUSED)).hasSize(3);
      assertThat(factory.idle(VmPhase.INCOMING)).isEmpty();
      assertThat(factory.pool(Tier.WARM).size()).isEqualTo(new Fixed(3));
      assertThat(factory.pool(Tier.SHELL).size()).isEqualTo(new Fixed(0));
      resize(factory.templates.list().get(0).key().hex(), new Auto(1, 4), null, factory);
      assertThat(factory.idle(VmPhase.PAUSED)).hasSize(1);
      assertThat(factory.kinds()).contains(Kind.POOL_RESIZED);
      factory
          .cases
          .templates()
          .create(new TemplateRequest(1, 512, false, TemplateUseCasesTest.SILENT), soon());
      assertThat(factory.idle(VmPhase.PAUSED))
          .filteredOn(vm -> vm.launch().spec().boot().memoryMib() == 512)
          .hasSize(3);
    }
  }

  @Test
  void aPoolThatCameToNothingSaysSoOnce() {
    try (TestFactory factory = stock(2, 0)) {
      factory.events.clear();
      resize("", new Fixed(0), null, factory);
      assertThat(factory.idle(VmPhase.PAUSED)).isEmpty();
      resize("", new Fixed(0), null, factory);
      factory.getAndRefill(TestFactory.on(Route.TEMPLATE));
      assertThat(factory.events)
          .filteredOn(event -> event.kind() == Kind.POOL_FILLED)
          .extracting(Events.Event::detail)
          .containsOnlyOnce("WARM");
    }
  }

  private static List<PoolView> resize(String key, Count warm, Count shells, TestFactory factory) {
    return factory.cases.pools().resize(Peer.daemon(), new PoolResize(key, warm, shells));
  }

  @Test
  void absurdSizesAreRefused() {
    try (TestFactory factory = stock(1, 0)) {
      refused("neither warm nor shells", () -> resize("", null, null, factory));
      refused("warm = 4097: must be 0..4096", () -> resize("", new Fixed(4097), null, factory));
      refused("shells.max = 1: must be 2..4096", () -> resize("", null, new Auto(2, 1), factory));
      refused("no template 01234567", () -> resize("01234567", new Fixed(1), null, factory));
      TemplateInfo old =
          factory.templates.store(factory.spec().withBoot(new Sizing(1, 512)), "altered");
      refused(
          "no VMs are kept of template",
          () -> resize(old.key().hex(), new Fixed(1), null, factory));
      assertThat(factory.pool(Tier.WARM).size()).isEqualTo(new Fixed(1));
    }
  }

  private static void refused(String words, Runnable call) {
    assertThatThrownBy(call::run).isInstanceOf(RequestException.class).hasMessageContaining(words);
  }

  @Test
  void aDrainedPoolIsEmptyUntilItIsResized() {
    try (TestFactory factory = stock(2, 1)) {
      List<PoolView> pools = factory.cases.pools().drain(Peer.daemon(), "", soon());
      assertThat(pools).extracting(p -> p.stats().phase()).containsOnly(Phase.DRAINING);
      assertThat(factory.hypervisor.vms()).extracting(FakeVm::phase).containsOnly(VmPhase.EXITED);
      assertThat(factory.kinds()).contains(Kind.POOL_DRAINED);
      GrantedVm granted = factory.getAndRefill(any());
      assertThat(granted.route()).isEqualTo(Route.TEMPLATE);
      assertThat(granted.routeReason()).contains("WARM: no warm VM on stock (drained; resize");
      resize("", new Fixed(1), null, factory);
      assertThat(factory.getAndRefill(any()).route()).isEqualTo(Route.WARM);
      assertThat(factory.idle(VmPhase.INCOMING)).hasSize(1);
    }
  }
}
