package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.on;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.request.ForkRequest;
import io.vmfactory.factory.request.GrantedFork;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.SnapshotRequest;
import io.vmfactory.scripted.vmm.Script;
import io.vmfactory.vmm.VmPhase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many snapshots and forks at once. One of each is under way, and one request may wait. */
@Timeout(60)
final class SnapshotTurnTest {
  private final ExecutorService workers = Executors.newCachedThreadPool();
  private TestFactory factory;
  private GrantedVm source;

  @BeforeEach
  void start(@TempDir Path root) {
    var pool =
        TestFactory.pool(
            "vm_cache_number = 0", "shell_number = 0", "restores_at_once = 1", "max_waiting = 1");
    var config = TestFactory.config(root, 8, List.of("TEMPLATE", "COLD"), pool);
    factory = new TestFactory(root, config, f -> f.template(1, 256));
    source = factory.get(any());
  }

  @AfterEach
  void stop() {
    workers.shutdownNow();
    factory.close();
    assertThat(factory.folders()).isEmpty();
  }

  private StoredVm store(String name, boolean end, Deadline deadline) {
    SnapshotRequest request =
        new SnapshotRequest(
            Objects.requireNonNull(source.lease()).id(), name, new TreeMap<>(), "", end);
    return factory.cases.templates().snapshot(Peer.daemon(), request, deadline);
  }

  private CompletableFuture<StoredVm> storing(String name) {
    return CompletableFuture.supplyAsync(() -> store(name, false, soon()), workers);
  }

  private CompletableFuture<GrantedFork> forking(int count) {
    ForkRequest request =
        new ForkRequest(Objects.requireNonNull(source.lease()).id(), count, null, "");
    return CompletableFuture.supplyAsync(
        () -> factory.cases.vms().fork(Peer.daemon(), request, soon()), workers);
  }

  /** Starts a snapshot that has the turn and keeps it until the returned gate is opened. */
  private Script.Gate held() {
    Script.Gate gate = factory.hypervisor.script().hangAt(Script.Step.SNAPSHOT);
    var unused = storing("first");
    soon().await(gate.reached(), "the snapshot that has the turn");
    return gate;
  }

  @Test
  void ofManySnapshotsAtOnceOneWaitsAndTheOthersAreRefusedWithTheReasonAndAHint() throws Exception {
    Script.Gate gate = held();
    CountDownLatch refusals = new CountDownLatch(31);
    List<CompletableFuture<StoredVm>> asked =
        IntStream.range(0, 32)
            .mapToObj(number -> storing("name" + number).exceptionally(e -> counted(refusals, e)))
            .toList();
    assertThat(refusals.await(30, TimeUnit.SECONDS)).as("31 refusals").isTrue();
    gate.open();
    List<StoredVm> stored = new ArrayList<>();
    for (CompletableFuture<StoredVm> one : asked) {
      try {
        stored.add(soon().await(one, "a snapshot"));
      } catch (RequestException e) {
        assertThat(e.reason()).isEqualTo(Reason.EXHAUSTED);
        assertThat(e)
            .hasMessageContaining("1 requests already wait for a turn to store a snapshot")
            .hasMessageContaining("max_waiting")
            .hasMessageContaining("try again in about");
        assertThat(e.retryAfter()).isPositive();
      }
    }
    assertThat(stored).hasSize(1);
    assertThat(stored.get(0).hops()).extracting(Lap::name).startsWith("turn", "copy");
  }

  private static StoredVm counted(CountDownLatch refusals, Throwable refusal) {
    refusals.countDown();
    throw refusal instanceof CompletionException e ? e : new CompletionException(refusal);
  }

  @Test
  void whileSnapshotsWaitRequestsForVmsAreServed() {
    Script.Gate gate = held();
    var waiting = storing("second");
    assertThat(factory.get(on(Route.TEMPLATE)).route()).isEqualTo(Route.TEMPLATE);
    gate.open();
    assertThat(soon().await(waiting, "the second snapshot").template().name()).isEqualTo("second");
  }

  @Test
  void aSnapshotThatWaitsTooLongLeavesItsSourceAsItWas() {
    Script.Gate gate = held();
    Deadline brief = Deadline.after(Duration.ofMillis(100));
    assertThatThrownBy(() -> store("second", true, brief))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("a turn to store a snapshot");
    assertThat(factory.hypervisor.vm(source.vm().identity().id()).phase())
        .isEqualTo(VmPhase.RUNNING);
    gate.open();
    assertThat(store("third", false, soon()).template().name()).isEqualTo("third");
  }

  @Test
  void aSnapshotThatWaitsWhileTheDaemonStopsIsRefused() {
    held();
    var waiting = storing("second");
    factory.cases.control().shutdown(Control.AtEnd.END_VMS, soon());
    assertThatThrownBy(waiting::join)
        .cause()
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(Reason.SHUTTING_DOWN));
  }

  /** What others took while it waited counts. */
  @Test
  void memoryIsLookedAtWhenTheTurnHasCome() {
    Script.Gate gate = held();
    var snapshot = storing("second");
    factory.available(100);
    gate.open();
    refusedForMemory(snapshot);
    refusedForMemory(forking(2));
    factory.available(1 << 20);
    assertThat(soon().await(forking(2), "a fork").vms()).hasSize(2);
    assertThat(factory.status().restores().inFlight()).isZero();
  }

  private static void refusedForMemory(CompletableFuture<?> asked) {
    assertThatThrownBy(asked::join)
        .cause()
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(Reason.EXHAUSTED))
        .hasMessageContaining("MiB of memory available");
  }
}
