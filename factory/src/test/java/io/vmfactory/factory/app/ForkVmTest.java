package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.on;
import static io.vmfactory.factory.app.TestFactory.sized;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.request.ForkRequest;
import io.vmfactory.factory.request.GrantedFork;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.Route;
import io.vmfactory.guest.GuestException;
import io.vmfactory.scripted.ScriptedAgents;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.scripted.vmm.Script;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmmException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests clones of a leased VM: all are handed out, or nothing but the source is left. */
@Timeout(60)
final class ForkVmTest {
  private static final int MAX_VMS = 5;

  private TestFactory factory;
  private GrantedVm source;

  @BeforeEach
  void start(@TempDir Path root) {
    factory = new TestFactory(root, MAX_VMS);
    factory.template(1, 256);
    source = factory.get(any());
  }

  @AfterEach
  void stop() {
    factory.close();
    assertThat(factory.folders()).isEmpty();
  }

  private GrantedFork fork(int count) {
    return fork(source, count, soon());
  }

  private GrantedFork fork(GrantedVm of, int count, Deadline deadline) {
    ForkRequest request = new ForkRequest(of.lease().id(), count, null, "me");
    return factory.cases.vms().fork(Peer.daemon(), request, deadline);
  }

  private FakeVm vm(GrantedVm granted) {
    return factory.hypervisor.vm(granted.vm().identity().id());
  }

  @Test
  void eachCloneIsLeasedAndTheSourceGoesOn() {
    GrantedFork fork = fork(3);
    assertThat(fork.vms()).hasSize(3).extracting(GrantedVm::route).containsOnly(Route.FORK);
    assertThat(fork.pause()).isPositive();
    assertThat(fork.hops())
        .extracting(Lap::name)
        .containsExactly(
            "admit", "turn", "copy", "stop", "state", "pages", "layers", "cont", "freeze");
    assertThat(fork.vms().get(0).hops())
        .extracting(Lap::name)
        .containsExactly("spawn", "load", "drives", "connect", "cont", "answer", "unique", "lease");
    assertThat(factory.status().leases()).hasSize(4);
    assertThat(factory.status().leases()).extracting(Lease::id).doesNotHaveDuplicates();
    for (GrantedVm clone : fork.vms()) {
      assertThat(vm(clone).phase()).isEqualTo(VmPhase.RUNNING);
      VmRecord record = factory.record(vm(clone));
      assertThat(record.state()).isEqualTo(VmRecord.State.LEASED);
      assertThat(record.route()).isEqualTo("FORK");
      assertThat(record.templateKey()).isEqualTo(source.vm().templateKey());
      assertThat(clone.vm().hostname()).isEqualTo("vm-" + vm(clone).identity().id().shortened());
      assertThat(clone.lease().owner()).isEqualTo("me");
    }
    assertThat(vm(source).phase()).isEqualTo(VmPhase.RUNNING);
    assertThat(factory.agents.connected()).isEmpty();
    assertThat(factory.observed.lines).anyMatch(line -> line.startsWith("FORK_VM FORK"));
    factory.cases.vms().release(Peer.daemon(), source.lease().id());
    assertThat(vm(fork.vms().get(0)).phase()).isEqualTo(VmPhase.RUNNING);
    assertThat(fork(fork.vms().get(0), 2, soon()).vms()).hasSize(2);
  }

  @Test
  void thereIsAPlaceForAllOrForNone() {
    refused(Reason.EXHAUSTED, () -> fork(MAX_VMS));
    assertOnlyTheSourceIsLeft();
    assertThat(fork(MAX_VMS - 1).vms()).hasSize(MAX_VMS - 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 33})
  void thereAreOneToThirtyTwo(int count) {
    refused(Reason.INVALID, () -> fork(count)).hasMessageContaining("must be 1..32");
  }

  @Test
  void whatIsNotLeasedOrNotAloneCannotBeForked() {
    GrantedVm cold = factory.get(on(Route.COLD));
    GrantedVm grown = factory.get(sized(2, 512, Route.TEMPLATE));
    for (GrantedVm one : List.of(cold, grown)) {
      assertThatThrownBy(() -> fork(one, 1, soon()))
          .isInstanceOfSatisfying(
              VmmException.class,
              e -> assertThat(e.reason()).isEqualTo(VmmException.Reason.INVALID));
      factory.cases.vms().release(Peer.daemon(), one.lease().id());
    }
    factory.available(100);
    refused(Reason.EXHAUSTED, () -> fork(1)).hasMessageContaining("MiB of memory available");
    factory.cases.vms().release(Peer.daemon(), source.lease().id());
    refused(Reason.NOT_FOUND, () -> fork(1));
    refused(Reason.NOT_POSSIBLE, () -> factory.get(on(Route.FORK)));
  }

  static Stream<Enum<?>> steps() {
    return Stream.of(
        Script.Step.SNAPSHOT,
        Script.Step.PREPARE,
        Script.Step.LOAD,
        ScriptedAgents.Step.CONNECT,
        Script.Step.CONT,
        ScriptedAgents.Step.UNIQUE);
  }

  @Test
  void aForkWhoseHookFailsIsEndedAndTheReasonIsSaidEverywhere() {
    String why = "after_restore hook \"seed\" of container c ended with status 1";
    factory.agents.restoreHooks = 1;
    factory.agents.faults.failAt(
        ScriptedAgents.Step.HOOKS, new GuestException(GuestException.ABORTED, why, null));
    assertThatThrownBy(() -> fork(2)).hasMessage(why);
    assertThat(factory.status().failures())
        .singleElement()
        .satisfies(
            failure -> {
              assertThat(failure.what()).isEqualTo("route FORK");
              assertThat(failure.cause()).contains(why);
              assertThat(failure.owner()).isEqualTo(Peer.daemon().user().uid());
            });
    assertThat(factory.folders()).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("steps")
  void aFailedStepLeavesOnlyTheSource(Enum<?> step) {
    if (step instanceof Script.Step s) {
      VmmException failure = new VmmException(VmmException.Reason.FAILED, "scripted failure");
      factory.hypervisor.script().failAt(s, failure);
    } else {
      factory.agents.faults.failAt(
          (ScriptedAgents.Step) step, new GuestException(13, "scripted failure", null));
    }
    assertThatThrownBy(() -> fork(3)).hasMessage("scripted failure");
    assertOnlyTheSourceIsLeft();
  }

  @ParameterizedTest
  @MethodSource("steps")
  void aStepThatHangsPastTheDeadlineLeavesOnlyTheSource(Enum<?> step) {
    hang(step);
    Deadline brief = Deadline.after(Duration.ofMillis(30));
    assertThatThrownBy(() -> fork(source, 3, brief)).isInstanceOf(DeadlineExceededException.class);
    assertOnlyTheSourceIsLeft();
  }

  @ParameterizedTest
  @MethodSource("steps")
  void aCancelledStepLeavesOnlyTheSource(Enum<?> step) {
    CompletionStage<Void> reached = hang(step);
    CompletableFuture<Throwable> thrown = new CompletableFuture<>();
    Thread worker =
        new Thread(
            () -> {
              try {
                thrown.complete(new AssertionError("served: " + fork(3)));
              } catch (Throwable e) {
                thrown.complete(e);
              }
            });
    worker.start();
    soon().await(reached, "the step");
    worker.interrupt();
    assertThat(soon().await(thrown, "the end")).isInstanceOf(CancelledException.class);
    assertOnlyTheSourceIsLeft();
  }

  @Test
  void aSourceThatDiesMeanwhileIsReportedAsThat() {
    VmmException broken = new VmmException(VmmException.Reason.DIED, "connection broke");
    factory.hypervisor.script().failAt(Script.Step.SNAPSHOT, broken);
    Script.Gate gate = factory.hypervisor.script().hangAt(Script.Step.SNAPSHOT);
    var unused =
        gate.reached()
            .thenRun(
                () -> {
                  vm(source).exit(new VmExit(1, 0, ""));
                  gate.open();
                });
    refused(Reason.NOT_FOUND, () -> fork(2)).hasMessageContaining("its VM died");
    factory.lingered();
    assertThat(factory.status().leases()).isEmpty();
    assertThat(factory.folders()).isEmpty();
  }

  @Test
  void aSourceThatItsDaemonLeftPausedRunsAgainUnderTheNext() {
    vm(source).stop(soon()); // killed while it took the snapshot
    factory = factory.successor(Duration.ofSeconds(1));
    assertThat(vm(source).phase()).isEqualTo(VmPhase.RUNNING);
    assertThat(factory.status().leases())
        .extracting(Lease::id)
        .containsExactly(source.lease().id());
    assertThat(fork(1).vms()).hasSize(1);
    factory = factory.successor(Duration.ofSeconds(1));
    assertThat(factory.status().leases()).hasSize(2);
    assertThat(factory.status().failures()).isEmpty();
  }

  private CompletionStage<Void> hang(Enum<?> step) {
    return step instanceof Script.Step s
        ? factory.hypervisor.script().hangAt(s).reached()
        : factory.agents.faults.hangAt((ScriptedAgents.Step) step);
  }

  private void assertOnlyTheSourceIsLeft() {
    factory.hypervisor.script().heal();
    assertThat(factory.folders()).hasSize(1);
    assertThat(factory.status().leases())
        .extracting(Lease::id)
        .containsExactly(source.lease().id());
    assertThat(vm(source).phase()).isEqualTo(VmPhase.RUNNING);
    assertThat(factory.agents.connected()).isEmpty();
    assertThat(factory.hypervisor.vms().stream().filter(vm -> vm.phase() != VmPhase.EXITED))
        .hasSize(1);
  }

  private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> refused(
      Reason reason, ThrowingCallable call) {
    return assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
