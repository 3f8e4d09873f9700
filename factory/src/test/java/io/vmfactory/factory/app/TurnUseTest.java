package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.on;
import static io.vmfactory.factory.app.TestFactory.sized;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.scripted.vmm.Script;
import io.vmfactory.vmm.VmmException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests that have to make their VM. There is one turn, and one request may wait for it. */
@Timeout(60)
final class TurnUseTest {
  private static final VmRequest CLONE = on(Route.TEMPLATE, Route.COLD);

  private final ExecutorService workers = Executors.newCachedThreadPool();
  private TestFactory factory;

  @BeforeEach
  void start(@TempDir Path root) {
    var pool =
        TestFactory.pool(
            "vm_cache_number = 0", "shell_number = 0", "restores_at_once = 1", "max_waiting = 1");
    var config = TestFactory.config(root, 3, List.of("TEMPLATE", "COLD"), pool);
    factory = new TestFactory(root, config, f -> f.template(1, 256));
  }

  @AfterEach
  void stop() {
    workers.shutdownNow();
    factory.close();
  }

  private CompletableFuture<GrantedVm> begin(VmRequest request) {
    return CompletableFuture.supplyAsync(() -> factory.get(request), workers);
  }

  /** Starts a request that has the turn and keeps it until the returned gate is opened. */
  private Script.Gate held() {
    Script.Gate gate = factory.hypervisor.script().hangAt(Script.Step.CONT);
    var unused = begin(CLONE);
    soon().await(gate.reached(), "the request that has the turn");
    return gate;
  }

  private void nothingIsHeld() {
    assertThat(factory.status().restores().inFlight()).isZero();
    assertThat(factory.status().restores().customersWaiting()).isZero();
  }

  @Test
  void oneMayWaitAndAnotherIsRefusedWithTheReasonAndAHint() {
    Script.Gate gate = held();
    CompletableFuture<GrantedVm> one = begin(CLONE);
    CompletableFuture<GrantedVm> two = begin(CLONE);
    assertThatThrownBy(() -> soon().await(CompletableFuture.anyOf(one, two), "the refusal"))
        .isInstanceOfSatisfying(
            RequestException.class,
            e -> {
              assertThat(e.reason()).isEqualTo(Reason.EXHAUSTED);
              assertThat(e.getMessage()).containsOnlyOnce("max_waiting");
              assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(2));
            });
    assertThat(Stream.of(one, two).filter(CompletableFuture::isDone)).hasSize(1);
    gate.open();
    CompletableFuture<GrantedVm> waited = one.isCompletedExceptionally() ? two : one;
    assertThat(soon().await(waited, "the one that waited").hops())
        .extracting(lap -> lap.name())
        .startsWith("admit", "turn", "template");
    nothingIsHeld();
  }

  @Test
  void aWaitingRequestFailsWhenItsTimeIsOver() {
    Script.Gate gate = held();
    Deadline tooShort = Deadline.after(Duration.ofMillis(300));
    assertThatThrownBy(() -> factory.cases.vms().get(Peer.daemon(), CLONE, tooShort))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("a turn to make a VM");
    assertThat(factory.hypervisor.vms()).hasSize(1);
    gate.open();
    assertThat(factory.get(CLONE).route()).isEqualTo(Route.TEMPLATE);
    nothingIsHeld();
  }

  @Test
  void whoIsCancelledLeavesTheLineAndGivesItsPlaceBack() {
    Script.Gate gate = held();
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread client =
        new Thread(
            () -> {
              try {
                factory.get(CLONE);
              } catch (RuntimeException e) {
                outcome.complete(e);
              }
            });
    client.start();
    client.interrupt();
    assertThat(soon().await(outcome, "the cancellation")).isInstanceOf(CancelledException.class);
    gate.open();
    // Three places: the first request's, and both of these.
    factory.get(CLONE);
    assertThat(factory.get(CLONE).route()).isEqualTo(Route.TEMPLATE);
    nothingIsHeld();
  }

  @Test
  void aRouteThatFailsHandsItsTurnToTheNext() {
    factory
        .hypervisor
        .script()
        .failAt(Script.Step.LOAD, new VmmException(VmmException.Reason.FAILED, "bad state"));
    assertThat(factory.get(CLONE).route()).isEqualTo(Route.COLD);
    nothingIsHeld();
  }

  @Test
  void aRequestThatFailsGivesItsTurnBack() {
    factory
        .hypervisor
        .script()
        .failAt(Script.Step.CONT, new VmmException(VmmException.Reason.FAILED, "no cont"));
    assertThatThrownBy(() -> factory.get(on(Route.TEMPLATE))).hasMessageContaining("no cont");
    nothingIsHeld();
    factory.hypervisor.script().heal();
    assertThat(factory.get(CLONE).route()).isEqualTo(Route.TEMPLATE);
  }

  @Test
  void whatCannotBeServedAnywayIsRefusedWithoutWaiting() {
    Script.Gate gate = held();
    assertThatThrownBy(() -> factory.get(sized(1, 128, Route.TEMPLATE)))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining("no usable template fits");
    factory.available(100);
    assertThatThrownBy(() -> factory.get(on(Route.COLD)))
        .isInstanceOf(RequestException.class)
        .hasMessageContaining("the host has");
    factory.available(1 << 20);
    gate.open();
  }

  @Test
  void aWaitingRequestLearnsThatTheDaemonShutsDown() {
    held();
    CompletableFuture<GrantedVm> waiting = begin(CLONE);
    factory.cases.control().shutdown(Control.AtEnd.END_VMS, soon());
    assertThatThrownBy(waiting::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(Reason.SHUTTING_DOWN));
    nothingIsHeld();
  }

  @Test
  void aFullHouseIsRefusedWithAHintThatFollowsFromHowLongVmsStay() {
    for (int i = 0; i < 3; i++) {
      factory.get(CLONE);
    }
    assertThatThrownBy(() -> factory.get(CLONE))
        .isInstanceOfSatisfying(
            RequestException.class,
            e -> {
              assertThat(e).hasMessageContaining("all 3 VMs are in use");
              assertThat(e.retryAfter()).isEqualTo(Duration.ofSeconds(20));
            });
  }
}
