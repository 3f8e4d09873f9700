package io.vmfactory.harness.scripted;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.app.Control;
import io.vmfactory.factory.app.Status;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmPhase;
import java.nio.file.Path;
import java.time.Duration;
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

/** Tests a thousand idle VMs and many clients: each VM goes to one client, and none is lost. */
@Timeout(300)
final class ScaleTest {
  private static final int WARM = 1000;
  private static final int CLIENTS = 32;
  private static final int EACH = 40;
  private static final Deadline LONG = Deadline.after(Duration.ofMinutes(4));

  @TempDir private Path root;
  private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);

  @AfterEach
  void stop() {
    clients.shutdownNow();
  }

  @Test
  void everyClientGetsAVmOfItsOwnAndNoneIsLost() {
    ScriptedFactory factory = new ScriptedFactory(root, WARM, "restores_at_once = 2");
    try (factory) {
      filled(factory);
      List<CompletableFuture<List<VmId>>> all =
          IntStream.range(0, CLIENTS)
              .mapToObj(i -> CompletableFuture.supplyAsync(() -> client(factory), clients))
              .toList();
      List<VmId> got = all.stream().flatMap(c -> LONG.await(c, "a client").stream()).toList();

      assertThat(got).hasSize(CLIENTS * EACH).doesNotHaveDuplicates();
      Status status = factory.cases().control().status(Peer.daemon(), Control.Detail.PLAIN);
      assertThat(status.leases()).hasSize(CLIENTS * EACH / 2);
      assertThat(status.failures()).isEmpty();
      assertThat(status.served().get(Route.WARM)).isGreaterThanOrEqualTo(WARM);
    }
    assertThat(factory.hypervisor.vms()).extracting(FakeVm::phase).containsOnly(VmPhase.EXITED);
    assertThat(root.resolve("run/vm")).isEmptyDirectory();
  }

  /** Completes when the stock is full for the first time. */
  private static void filled(ScriptedFactory factory) {
    CompletableFuture<Void> full = new CompletableFuture<>();
    var watching =
        factory
            .cases()
            .control()
            .events()
            .subscribe(
                any -> true,
                event -> {
                  if (event.kind() == Kind.POOL_FILLED && event.detail().contains("WARM")) {
                    full.complete(null);
                  }
                });
    if (isFull(factory)) {
      full.complete(null); // it was full before the listener was added
    }
    LONG.await(full, "the stock to fill");
    watching.close();
  }

  private static boolean isFull(ScriptedFactory factory) {
    return factory.cases().control().status(Peer.daemon(), Control.Detail.PLAIN).pools().stream()
        .anyMatch(pool -> pool.stats().slots().idle() == WARM);
  }

  private static Deadline soon() {
    return Deadline.after(Duration.ofSeconds(20));
  }

  private static VmRequest any() {
    return new VmRequest("", null, null, null, List.of(), "", "");
  }

  /** Keeps every other VM. */
  private static List<VmId> client(ScriptedFactory factory) {
    List<VmId> mine = new ArrayList<>();
    for (int i = 0; i < EACH; i++) {
      GrantedVm granted = factory.cases().vms().get(Peer.daemon(), any(), soon());
      mine.add(granted.vm().identity().id());
      if (i % 2 == 0) {
        factory.cases().vms().release(Peer.daemon(), granted.lease().id());
      }
    }
    return mine;
  }
}
