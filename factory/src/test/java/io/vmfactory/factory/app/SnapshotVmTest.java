package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.PoolConfig;
import io.vmfactory.configs.PoolConfig.Fixed;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.app.PoolDesk.PoolResize;
import io.vmfactory.factory.app.TemplateDesk.Pruned;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.SnapshotRequest;
import io.vmfactory.factory.request.TemplateView;
import io.vmfactory.factory.request.TestPeers;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.factory.stock.PoolView;
import io.vmfactory.scripted.ScriptedTemplates;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.scripted.vmm.Script;
import io.vmfactory.template.SnapshotFacts;
import io.vmfactory.template.TemplateException;
import io.vmfactory.template.TemplateInfo;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmmException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests templates made of leased VMs: their names, versions, users, clones and pools. */
@Timeout(60)
final class SnapshotVmTest {
  private static final Peer ROOT = Peer.daemon();
  private static final Peer ANNA = TestPeers.client(2001);
  private static final Peer BEN = TestPeers.client(2002);

  @TempDir Path root;
  private TestFactory factory;
  private TemplateInfo built;

  @BeforeEach
  void start() {
    factory = new TestFactory(root, config(), f -> {});
    built = factory.template(1, 256);
  }

  private io.vmfactory.configs.VmFactoryConfig config(String... pool) {
    String[] lines =
        pool.length == 0 ? new String[] {"vm_cache_number = 0", "shell_number = 0"} : pool;
    return TestFactory.config(
        root, 32, List.of("WARM", "SHELL", "TEMPLATE", "COLD"), TestFactory.pool(lines));
  }

  @AfterEach
  void stop() {
    factory.close();
    assertThat(factory.folders()).isEmpty();
  }

  private GrantedVm leased(Peer client) {
    return factory.cases.vms().get(client, any(), soon());
  }

  private StoredVm store(Peer client, GrantedVm source, String name, boolean end) {
    SnapshotRequest request =
        new SnapshotRequest(
            Objects.requireNonNull(source.lease()).id(),
            name,
            new TreeMap<>(Map.of("made-by", "a test")),
            "AAEC",
            end);
    return factory.cases.templates().snapshot(client, request, soon());
  }

  private TemplateView stored(Peer client, String name) {
    return store(client, leased(client), name, false).template();
  }

  private static VmRequest named(String template, Route... routes) {
    return new VmRequest("", null, null, null, List.of(routes), "", "", template);
  }

  private GrantedVm get(Peer client, VmRequest request) {
    return factory.cases.vms().get(client, request, soon());
  }

  private FakeVm vm(GrantedVm granted) {
    return factory.hypervisor.vm(granted.vm().identity().id());
  }

  private static void refused(Reason reason, String words, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageContaining(words);
  }

  private static SnapshotFacts facts(TemplateView template) {
    return Objects.requireNonNull(template.info().snapshot());
  }

  @Test
  void aLeasedVmIsStoredAndGoesOn() {
    GrantedVm source = leased(ROOT);
    StoredVm stored = store(ROOT, source, "python", false);
    assertThat(stored.template().label()).isEqualTo("python:1");
    assertThat(stored.template().current()).isTrue();
    assertThat(stored.template().owner().shared()).isTrue();
    assertThat(facts(stored.template()).note().parent()).isEqualTo(built.key().hex());
    assertThat(facts(stored.template()).note().labels()).containsEntry("made-by", "a test");
    assertThat(stored.pause()).isPositive();
    assertThat(stored.hops())
        .extracting(Lap::name)
        .containsExactly(
            "turn", "copy", "stop", "state", "pages", "layers", "cont", "freeze", "store",
            "publish");
    assertThat(vm(source).phase()).isEqualTo(VmPhase.RUNNING);
    assertThat(factory.status().leases()).hasSize(1);
    assertThat(factory.kinds()).contains(Kind.TEMPLATE_CREATED);
    assertThat(factory.observed.lines).anyMatch(line -> line.startsWith("SNAPSHOT_VM SNAPSHOT"));
  }

  @Test
  void aCloneIsAskedForByNameAndHasWhatWasGivenWithIt() {
    TemplateView template = stored(ROOT, "python");
    for (String name : List.of("python", "python:1", template.key().hex().substring(0, 9))) {
      VmRequest request =
          name.startsWith("python")
              ? named(name)
              : new VmRequest(name, null, null, null, List.of(), "", "");
      GrantedVm clone = get(ANNA, request);
      assertThat(clone.route()).isEqualTo(Route.TEMPLATE);
      assertThat(clone.vm().templateKey()).isEqualTo(template.key().hex());
      assertThat(Objects.requireNonNull(clone.template()).label()).isEqualTo("python:1");
      assertThat(facts(clone.template()).note().description()).isEqualTo("AAEC");
    }
  }

  @Test
  void aRequestWithoutANameNeverGetsASnapshot() {
    stored(ROOT, "python");
    GrantedVm plain = get(ANNA, any());
    assertThat(plain.vm().templateKey()).isEqualTo(built.key().hex());
    assertThat(plain.template()).isNull();
    factory.cases.templates().delete(ROOT, built.key().hex(), soon());
    assertThat(get(ANNA, any()).route()).isEqualTo(Route.COLD);
    assertThat(factory.status().on()).isFalse();
  }

  @Test
  void routeColdIsLeftOutWithTheReason() {
    stored(ROOT, "python");
    refused(
        Reason.NOT_POSSIBLE,
        "a boot has nothing of it",
        () -> get(ROOT, named("python", Route.COLD)));
  }

  @Test
  void aCloneOfATemplateCanBeStoredAndForked() {
    stored(ROOT, "python");
    GrantedVm clone = get(ROOT, named("python"));
    StoredVm next = store(ROOT, clone, "python-more", false);
    assertThat(facts(next.template()).note().parent()).isEqualTo(clone.vm().templateKey());
    GrantedVm grandchild = get(ROOT, named("python-more"));
    assertThat(grandchild.vm().templateKey()).isEqualTo(next.template().key().hex());
  }

  @Test
  void anotherStoreOfTheNameIsTheNextVersion() {
    String first = stored(ROOT, "python").key().hex();
    GrantedVm old = get(ROOT, named("python"));
    String second = stored(ROOT, "python").key().hex();
    assertThat(get(ROOT, named("python")).vm().templateKey()).isEqualTo(second);
    assertThat(get(ROOT, named("python:1")).vm().templateKey()).isEqualTo(first);
    assertThat(vm(old).phase()).isEqualTo(VmPhase.RUNNING);
    TemplateView back = factory.cases.templates().rollBack(ROOT, "python", 1);
    assertThat(back.current()).isTrue();
    assertThat(get(ROOT, named("python")).vm().templateKey()).isEqualTo(first);
    refused(
        Reason.NOT_FOUND, "python:3", () -> factory.cases.templates().rollBack(ROOT, "python", 3));
    refused(Reason.NOT_FOUND, "no template python:3", () -> get(ROOT, named("python:3")));
    assertThat(stored(ROOT, "python").label()).isEqualTo("python:3");
  }

  @Test
  void withEndSourceTheVmStandsStillAndEnds() {
    GrantedVm source = leased(ROOT);
    store(ROOT, source, "python", true);
    assertThat(vm(source).phase()).isEqualTo(VmPhase.EXITED);
    assertThat(factory.status().leases()).isEmpty();
    assertThat(factory.hypervisor.script().done()).contains(Script.Step.STOP);
  }

  @Test
  void aSourceThatCannotBeStoredGoesOn() {
    for (boolean end : List.of(false, true)) {
      GrantedVm source = leased(ROOT);
      factory.templates.faults.failAt(
          ScriptedTemplates.Step.STORE,
          new TemplateException(TemplateException.Reason.RESOURCES, "disk full"));
      assertThatThrownBy(() -> store(ROOT, source, "python", end)).hasMessage("disk full");
      factory.templates.faults.heal();
      factory
          .hypervisor
          .script()
          .failAt(Script.Step.SNAPSHOT, new VmmException(VmmException.Reason.FAILED, "no"));
      assertThatThrownBy(() -> store(ROOT, source, "python", end)).hasMessage("no");
      factory.hypervisor.script().heal();
      assertThat(vm(source).phase()).isEqualTo(VmPhase.RUNNING);
      factory.cases.vms().release(ROOT, Objects.requireNonNull(source.lease()).id());
    }
    assertThat(factory.cases.templates().list(ROOT)).hasSize(1);
    refused(Reason.NOT_FOUND, "python", () -> factory.cases.templates().get(ROOT, "python"));
  }

  @Test
  void aBadRequestIsRefusedBeforeAnythingIsDone() {
    GrantedVm source = leased(ROOT);
    refused(Reason.INVALID, "name = \"Py\"", () -> store(ROOT, source, "Py", false));
    refused(Reason.INVALID, "hex digits", () -> store(ROOT, source, "abcdef0123", false));
    SnapshotRequest large =
        new SnapshotRequest(
            Objects.requireNonNull(source.lease()).id(),
            "python",
            new TreeMap<>(Map.of("k", "v".repeat(4096))),
            "",
            false);
    refused(
        Reason.INVALID,
        "labels have 4097 bytes: at most 4096",
        () -> factory.cases.templates().snapshot(ROOT, large, soon()));
    refused(Reason.NOT_FOUND, "no such lease", () -> store(ANNA, source, "python", false));
    assertThat(factory.hypervisor.script().done()).doesNotContain(Script.Step.SNAPSHOT);
    refused(
        Reason.INVALID,
        "name one of them",
        () -> get(ROOT, new VmRequest("abababab", null, null, null, List.of(), "", "", "python")));
  }

  @Test
  void otherUsersSeeNothingOfAUsersTemplate() {
    TemplateView mine = stored(ANNA, "mine");
    assertThat(mine.owner().shared()).isFalse();
    assertThat(get(ANNA, named("mine")).template()).isNotNull();
    String key = mine.key().hex();
    refused(Reason.NOT_FOUND, "no template mine", () -> get(BEN, named("mine")));
    refused(
        Reason.NOT_FOUND,
        "no template " + key,
        () -> get(BEN, new VmRequest(key, null, null, null, List.of(), "", "")));
    refused(Reason.NOT_FOUND, "", () -> factory.cases.templates().get(BEN, "mine"));
    refused(Reason.NOT_FOUND, "", () -> factory.cases.templates().get(BEN, key));
    refused(Reason.NOT_FOUND, "", () -> factory.cases.templates().delete(BEN, key, soon()));
    refused(Reason.NOT_FOUND, "", () -> factory.cases.templates().delete(BEN, "mine", soon()));
    refused(Reason.NOT_FOUND, "", () -> factory.cases.templates().rollBack(BEN, "mine", 1));
    refused(Reason.NOT_FOUND, "", () -> factory.cases.templates().prune(BEN, "mine", 0, soon()));
    for (Peer other : List.of(BEN, TestPeers.administrator(2003))) {
      assertThat(keys(factory.cases.templates().list(other))).doesNotContain(key);
      Status status = factory.cases.control().status(other, Control.Detail.PLAIN);
      assertThat(keys(status.templates())).doesNotContain(key);
      assertThat(status.pools()).extracting(pool -> pool.template().hex()).doesNotContain(key);
    }
    assertThat(keys(factory.cases.templates().list(ROOT))).contains(key);
    assertThat(factory.cases.control().status(ROOT, Control.Detail.PLAIN).pools())
        .extracting(PoolView::label)
        .doesNotContain("2001/mine:1"); // events and metrics show pools to every user
    refused(
        Reason.NOT_POSSIBLE,
        "pools are of administrators' templates only",
        () -> factory.cases.pools().resize(ROOT, new PoolResize(key, new Fixed(1), null)));
    assertThat(factory.events)
        .filteredOn(event -> event.templateKey().equals(key))
        .isNotEmpty()
        .allMatch(event -> Long.valueOf(2001).equals(event.owner()));
    assertThat(factory.events)
        .filteredOn(event -> event.kind() == Kind.TEMPLATE_CREATED)
        .allMatch(event -> !BEN.maySee(event.owner(), event.vmId()) || event.owner() == null)
        .anyMatch(event -> Long.valueOf(2001).equals(event.owner()));
    assertThat(factory.cases.templates().delete(ANNA, "mine", soon())).containsExactly(key);
  }

  private static List<String> keys(List<TemplateView> templates) {
    return templates.stream().map(template -> template.key().hex()).toList();
  }

  @Test
  void ownNamesComeBeforeThoseOfAdministratorsAndChangeNoneOfThem() {
    String shared = stored(TestPeers.administrator(2003), "python").key().hex();
    assertThat(get(ANNA, named("python")).vm().templateKey()).isEqualTo(shared);
    String annas = stored(ANNA, "python").key().hex();
    assertThat(get(ANNA, named("python")).vm().templateKey()).isEqualTo(annas);
    assertThat(get(BEN, named("python")).vm().templateKey()).isEqualTo(shared);
    factory.cases.templates().delete(ANNA, "python", soon());
    assertThat(get(ANNA, named("python")).vm().templateKey()).isEqualTo(shared);
    TemplateDesk desk = factory.cases.templates();
    refused(Reason.FORBIDDEN, "administrators", () -> desk.delete(ANNA, "python", soon()));
    refused(Reason.FORBIDDEN, "administrators", () -> desk.delete(ANNA, "python:1", soon()));
    refused(Reason.FORBIDDEN, "administrators", () -> desk.delete(ANNA, shared, soon()));
    refused(Reason.FORBIDDEN, "administrators", () -> desk.rollBack(ANNA, "python", 1));
    refused(Reason.FORBIDDEN, "administrators", () -> desk.prune(ANNA, "python", 0, soon()));
    refused(Reason.FORBIDDEN, "administrators", () -> desk.delete(ANNA, built.key().hex(), soon()));
    assertThat(desk.prune(ANNA, "", 0, soon()).removed()).isEmpty();
    assertThat(stored(ROOT, "python").label()).isEqualTo("python:2");
  }

  @Test
  void pruningRemovesOldVersionsOfTheClientsNames() {
    for (int i = 0; i < 4; i++) {
      stored(ROOT, "python");
      stored(ANNA, "mine");
    }
    stored(ROOT, "node");
    factory.cases.templates().rollBack(ROOT, "python", 2);
    Pruned one = factory.cases.templates().prune(ROOT, "python", 1, soon());
    assertThat(one.removed())
        .extracting(TemplateView::label)
        .containsExactly("python:3", "python:1");
    assertThat(one.freedBytes()).isEqualTo(4);
    assertThat(factory.cases.templates().prune(ANNA, "", 0, soon()).removed()).hasSize(3);
    assertThat(factory.cases.templates().prune(ROOT, "", 0, soon()).removed())
        .extracting(TemplateView::label)
        .containsExactly("python:4");
    assertThat(factory.cases.templates().list(ROOT))
        .extracting(TemplateView::label)
        .contains("python:2", "node:1", "mine:4");
    refused(Reason.NOT_FOUND, "", () -> factory.cases.templates().prune(ROOT, "nobody", 0, soon()));
  }

  @Test
  void aVersionOrANameIsDeleted() {
    stored(ROOT, "python");
    stored(ROOT, "python");
    TemplateView last = stored(ROOT, "python");
    assertThat(factory.cases.templates().delete(ROOT, "python:3", soon()))
        .containsExactly(last.key().hex());
    assertThat(factory.cases.templates().get(ROOT, "python").label()).isEqualTo("python:2");
    assertThat(factory.cases.templates().delete(ROOT, "python", soon())).hasSize(2);
    refused(Reason.NOT_FOUND, "", () -> factory.cases.templates().get(ROOT, "python"));
    assertThat(factory.cases.templates().list(ROOT)).hasSize(1);
  }

  @Test
  void aTemplateThatIsGoneFromTheStoreIsReportedAndCanBeRemoved() {
    TemplateView template = stored(ROOT, "python");
    factory.templates.delete(template.key());
    assertThatThrownBy(() -> get(ROOT, named("python"))).isInstanceOf(TemplateException.class);
    refused(
        Reason.NOT_FOUND, "python:1 is no longer in the store", () -> get(ROOT, named("python")));
    assertThat(factory.cases.templates().delete(ROOT, "python:1", soon()))
        .containsExactly(template.key().hex());
    refused(Reason.NOT_FOUND, "no template python:", () -> get(ROOT, named("python")));
  }

  @Test
  void aNextDaemonKnowsTheNamesAndRemovesWhatHasNone() throws Exception {
    TemplateView template = stored(ROOT, "python");
    TemplateView orphan = stored(ROOT, "orphan");
    new io.vmfactory.template.NameBook(root.resolve("names"), root.resolve("secret"))
        .remove(orphan.key());
    factory = factory.successor(Duration.ZERO);
    assertThat(factory.cases.templates().list(ROOT))
        .extracting(view -> view.key().hex())
        .containsExactlyInAnyOrder(built.key().hex(), template.key().hex());
    assertThat(get(ROOT, named("python")).vm().templateKey()).isEqualTo(template.key().hex());

    Files.delete(root.resolve("names"));
    factory = factory.successor(Duration.ZERO);
    assertThat(factory.cases.templates().get(ROOT, template.key().hex()).label())
        .isEqualTo("lost-" + template.key().shortened() + ":1");
    factory = factory.successor(Duration.ZERO);
    assertThat(factory.cases.templates().list(ROOT)).hasSize(2);
  }

  @Test
  void warmVmsAndShellsAreKeptOfTheCurrentVersion() {
    TemplateView first = stored(ROOT, "python");
    assertThat(pools("python:1")).extracting(PoolView::size).containsOnly(new Fixed(0));
    List<PoolView> resized =
        factory.cases.pools().resize(ROOT, new PoolResize("python", new Fixed(2), new Fixed(1)));
    assertThat(resized).extracting(PoolView::label).containsOnly("python:1");
    assertThat(idle(first)).isEqualTo(3);
    for (Route route : List.of(Route.WARM, Route.SHELL, Route.TEMPLATE)) {
      GrantedVm clone = get(ROOT, named("python", route));
      factory.lingered();
      assertThat(clone.route()).isEqualTo(route);
      assertThat(clone.vm().templateKey()).isEqualTo(first.key().hex());
      assertThat(Objects.requireNonNull(clone.template()).label()).isEqualTo("python:1");
    }
    TemplateView second = stored(ROOT, "python");
    factory.lingered();
    assertThat(idle(first)).isZero();
    assertThat(idle(second)).isEqualTo(3);
    assertThat(pools("python:2"))
        .extracting(PoolView::size)
        .containsExactly(new Fixed(2), new Fixed(1));
    refused(
        Reason.NOT_POSSIBLE,
        "it is not the version that the name means",
        () -> factory.cases.pools().resize(ROOT, new PoolResize("python:1", new Fixed(1), null)));
    factory.cases.templates().rollBack(ROOT, "python", 1);
    factory.lingered();
    assertThat(idle(first)).isEqualTo(3);
    assertThat(idle(second)).isZero();
    factory.cases.pools().drain(ROOT, "python", soon());
    assertThat(idle(first)).isZero();
  }

  private List<PoolView> pools(String label) {
    return factory.status().pools().stream().filter(p -> p.label().equals(label)).toList();
  }

  /** Counts the idle VMs of a template by the journal, which the pools do not write. */
  private long idle(TemplateView template) {
    return factory.hypervisor.vms().stream()
        .filter(vm -> vm.phase() == VmPhase.PAUSED || vm.phase() == VmPhase.INCOMING)
        .map(factory::record)
        .filter(
            record ->
                record.state() == VmRecord.State.WARM || record.state() == VmRecord.State.SHELL)
        .filter(record -> record.templateKey().equals(template.key().hex()))
        .count();
  }

  @Test
  void theConfigurationSaysWhatIsKeptOfANameAndTheNextDaemonTakesTheVmsOver() {
    TemplateView template = stored(ROOT, "python");
    factory.close();
    factory =
        new TestFactory.World(
                root,
                config(
                    "vm_cache_number = 0",
                    "shell_number = 0",
                    "[[pool.template]]",
                    "name = \"python\"",
                    "warm = 2",
                    "shells = 1"),
                factory.hypervisor,
                factory.templates,
                factory.suspensions,
                factory.agents,
                factory.now())
            .daemon();
    assertThat(idle(template)).isEqualTo(3);
    List<FakeVm> before = factory.idle(VmPhase.PAUSED);
    factory = factory.successor(Duration.ZERO);
    assertThat(idle(template)).isEqualTo(3);
    assertThat(factory.idle(VmPhase.PAUSED)).isEqualTo(before);
    assertThat(get(ROOT, named("python")).route()).isEqualTo(Route.WARM);
  }

  @Test
  void resizingWithoutANameLeavesNamedPoolsAlone() {
    TemplateView template = stored(ROOT, "python");
    factory.cases.pools().resize(ROOT, new PoolResize("", new PoolConfig.Fixed(2), null));
    assertThat(idle(template)).isZero();
    assertThat(factory.idle(VmPhase.PAUSED)).hasSize(2);
    assertThat(factory.status().pools())
        .filteredOn(pool -> pool.tier() == Tier.WARM && pool.label().isEmpty())
        .extracting(PoolView::size)
        .containsExactly(new Fixed(2));
  }
}
