package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.RealFactory.soon;
import static io.vmfactory.factory.app.TestFactory.any;
import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.PoolConfig.Fixed;
import io.vmfactory.factory.app.PoolDesk.PoolResize;
import io.vmfactory.factory.app.RealFactory.Seen;
import io.vmfactory.factory.events.Events.Event;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.stock.PoolView;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmPhase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests a stock of two real VMs and a shell: QEMU (TCG) and our own guest. */
@Tag("qemu")
@Timeout(300)
final class StockIT {
  private static final Duration CLOCK_TOLERANCE = Duration.ofMillis(50);

  private RealFactory factory;

  @BeforeEach
  void fill(@TempDir Path root) throws IOException {
    factory =
        new RealFactory(
            root,
            List.of("WARM", "SHELL", "TEMPLATE"),
            TestFactory.pool("vm_cache_number = 2", "shell_number = 1"));
    CompletableFuture<Event> filled = factory.next(Kind.POOL_FILLED, "WARM");
    factory.buildTemplate();
    soon().await(filled, "the stock to fill");
  }

  /** Fails if a VM, a folder or a process is left. */
  @AfterEach
  void end() throws IOException {
    factory.close();
  }

  @Test
  void customersGetVmsThatShareNothingAndTheStockFillsAgain() throws IOException {
    GrantedVm first = factory.get(any());
    GrantedVm second = factory.get(any());
    resize(0); // otherwise a quick host would have another warm VM by now
    GrantedVm third = factory.get(any());
    CompletableFuture<Event> filled = factory.next(Kind.POOL_FILLED, "WARM");
    resize(2);
    assertThat(List.of(first.route(), second.route())).containsOnly(Route.WARM);
    assertThat(third.route()).isIn(Route.SHELL, Route.TEMPLATE);
    assertThat(third.routeReason()).startsWith("WARM: no warm VM on stock (target 0");
    List<GrantedVm> granted = List.of(first, second, third);
    assertThat(granted).extracting(g -> g.vm().phase()).containsOnly(VmPhase.RUNNING);
    List<Seen> seen = granted.stream().map(this::checked).toList();
    distinct(seen.stream().map(s -> s.identity().hostname()));
    distinct(seen.stream().map(s -> s.identity().machineId()));
    distinct(seen.stream().map(s -> s.identity().bootId()));
    distinct(seen.stream().map(s -> List.of(s.identity().random())));
    soon().await(filled, "the stock to fill again");
    assertThat(warm().stats().slots().idle()).isEqualTo(2);
    checked(factory.get(any()));
    granted.forEach(factory::release);
  }

  private void resize(int warm) {
    factory.cases().pools().resize(Peer.daemon(), new PoolResize("", new Fixed(warm), null));
  }

  private PoolView warm() {
    return factory.cases().control().status(Peer.daemon(), Control.Detail.PLAIN).pools().get(0);
  }

  private static void distinct(Stream<?> values) {
    assertThat(values.toList()).doesNotHaveDuplicates();
  }

  /** The clock of a warm VM has stood still since it was made. */
  private Seen checked(GrantedVm granted) {
    Seen seen = factory.look(granted);
    assertThat(seen.identity().hostname()).isEqualTo(granted.vm().hostname());
    assertThat(seen.clockOff()).isLessThan(CLOCK_TOLERANCE);
    return seen;
  }

  @Test
  void aVmThatIsKilledOnStockIsReplaced() throws IOException {
    CompletableFuture<Event> filled = factory.next(Kind.POOL_FILLED, "WARM");
    VmRecord warm =
        factory.folders().stream()
            .map(folder -> new Journal().read(new VmFolder(folder)).orElseThrow())
            .filter(record -> record.state() == VmRecord.State.WARM)
            .findFirst()
            .orElseThrow();
    ProcessHandle.of(warm.process().pid()).orElseThrow().destroyForcibly();
    soon().await(filled, "the stock to fill again");
    assertThat(warm().stats().slots().idle()).isEqualTo(2);
    assertThat(factory.folders()).hasSize(3);
  }

  @Test
  void aDrainLeavesNothing() throws IOException {
    List<PoolView> pools = factory.cases().pools().drain(Peer.daemon(), "", soon());
    assertThat(pools).allMatch(pool -> pool.stats().slots().idle() == 0);
    assertThat(factory.folders()).isEmpty();
  }
}
