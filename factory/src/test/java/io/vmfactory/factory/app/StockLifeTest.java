package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.on;
import static io.vmfactory.factory.app.TestFactory.soon;
import static io.vmfactory.factory.app.TestFactory.stocked;
import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.journal.VmRecord.State;
import io.vmfactory.factory.observe.Observer.Tier;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Route;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.scripted.vmm.Script;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the stock with many threads, and its end. */
@Timeout(60)
final class StockLifeTest {
  private static final int CUSTOMERS = 64;

  private final ExecutorService customers = Executors.newFixedThreadPool(CUSTOMERS);
  @TempDir private Path root;

  @AfterEach
  void stop() {
    customers.shutdownNow();
  }

  /** Makes a factory with threads for the stock's work, as the daemon has them. */
  private TestFactory threaded(int maxVms, List<String> routes, String... lines) {
    var config = TestFactory.config(root, maxVms, routes, TestFactory.pool(lines));
    return new TestFactory(
        root,
        config,
        factory -> {
          factory.making = ThreadPools.of("refill", 2);
          factory.upkeep = ThreadPools.of("upkeep", 2);
          factory.template(1, 256);
        });
  }

  @Test
  void eachVmGoesToOneCustomerAtMost() {
    List<String> all = List.of("WARM", "SHELL", "TEMPLATE");
    TestFactory factory = threaded(CUSTOMERS, all, "vm_cache_number = 16", "shell_number = 4");
    List<GrantedVm> granted =
        IntStream.range(0, CUSTOMERS)
            .mapToObj(i -> CompletableFuture.supplyAsync(() -> factory.get(on()), customers))
            .toList()
            .stream()
            .map(vm -> soon().await(vm, "a VM"))
            .toList();
    List<VmId> ids = granted.stream().map(g -> g.vm().identity().id()).toList();
    assertThat(ids).doesNotHaveDuplicates();
    assertThat(ids).extracting(id -> factory.agents.unique(id).machineId()).doesNotHaveDuplicates();
    assertThat(ids)
        .extracting(id -> factory.hypervisor.vm(id).phase())
        .containsOnly(VmPhase.RUNNING);
    assertThat(factory.status().served().keySet()).contains(Route.TEMPLATE);
    long hits = factory.pool(Tier.WARM).stats().traffic().taken();
    assertThat(granted.stream().filter(g -> g.route() == Route.WARM).count()).isEqualTo(hits);
    factory.close();
    factory.assertNothingLeft();
  }

  @Test
  void aShutdownEndsWhatIsOnStock() {
    TestFactory factory = stocked(root, "vm_cache_number = 2", "shell_number = 2");
    assertThat(factory.folders()).hasSize(4);
    factory.cases.control().shutdown(Control.AtEnd.END_VMS, soon());
    factory.assertNothingLeft();
    assertThat(factory.kinds()).doesNotContain(Kind.FAILURE);
    factory.close();
  }

  @Test
  void aShutdownThatKeepsVmsLeavesTheStockAsItsRecordsSay() {
    TestFactory factory = stocked(root, "vm_cache_number = 2", "shell_number = 1");
    factory.cases.control().shutdown(Control.AtEnd.KEEP_VMS, soon());
    List<FakeVm> warm = factory.idle(VmPhase.PAUSED);
    List<FakeVm> shells = factory.idle(VmPhase.INCOMING);
    assertThat(warm).hasSize(2).extracting(v -> factory.record(v).state()).containsOnly(State.WARM);
    assertThat(shells)
        .hasSize(1)
        .extracting(v -> factory.record(v).state())
        .containsOnly(State.SHELL);
    assertThat(factory.agents.connected()).as("free for the next daemon").isEmpty();
    factory.close();
    assertThat(factory.folders()).hasSize(3);
    assertThat(factory.scheduler.waiting()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aShutdownInTheMiddleOfARefillEndsWhatIsHalfMade(boolean keepVms) {
    List<Script.Gate> gates = new ArrayList<>();
    TestFactory factory =
        new TestFactory(
            root,
            TestFactory.stockedConfig(root, "vm_cache_number = 1", "shell_number = 0"),
            f -> {
              f.making = ThreadPools.of("refill", 2);
              f.upkeep = ThreadPools.of("upkeep", 2);
              gates.add(f.hypervisor.script().hangAt(Script.Step.LOAD));
              f.template(1, 256);
            });
    soon().await(gates.get(0).reached(), "the refill");
    factory
        .cases
        .control()
        .shutdown(keepVms ? Control.AtEnd.KEEP_VMS : Control.AtEnd.END_VMS, soon());
    assertThat(factory.hypervisor.vms())
        .hasSize(1)
        .extracting(FakeVm::phase)
        .containsOnly(VmPhase.EXITED);
    assertThat(factory.folders()).isEmpty();
    assertThat(factory.agents.connected()).isEmpty();
    assertThat(factory.kinds()).doesNotContain(Kind.FAILURE, Kind.POOL_FAILING);
    factory.close();
  }
}
