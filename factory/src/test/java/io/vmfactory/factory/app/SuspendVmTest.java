package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.request.ForkRequest;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.ResumedVm;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.SuspendRequest;
import io.vmfactory.factory.request.Suspension;
import io.vmfactory.factory.request.TestPeers;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.guest.GuestException;
import io.vmfactory.scripted.ScriptedAgents;
import io.vmfactory.scripted.ScriptedSuspensions.Step;
import io.vmfactory.scripted.ScriptedTemplates;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.template.SuspendedVm;
import io.vmfactory.template.TemplateException;
import io.vmfactory.vmm.VmPhase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests VMs that are stored on disk and made again. */
@Timeout(60)
final class SuspendVmTest {
  private static final Peer ANNA = TestPeers.client(1001);
  private static final Peer BERT = TestPeers.client(1002);
  private static final Duration MOMENT = Duration.ofSeconds(1);
  private static final Duration STAY = Duration.ofHours(2);

  @TempDir private Path root;
  private TestFactory factory;
  private GrantedVm granted;

  @BeforeEach
  void start() {
    factory = new TestFactory(root, 2);
    factory.template(1, 256);
    granted = factory.get(new VmRequest("", null, null, null, List.of(), "web", "mine"));
  }

  @AfterEach
  void stop() {
    factory.close();
    assertThat(factory.folders()).isEmpty();
  }

  private LeaseId lease() {
    return granted.requireLease().id();
  }

  private FakeVm vm() {
    return factory.hypervisor.vm(granted.vm().identity().id());
  }

  private Suspension suspend() {
    return suspend(Peer.daemon(), null, soon());
  }

  private Suspension suspend(Peer client, Duration ttl, Deadline deadline) {
    TreeMap<String, String> labels = new TreeMap<>(Map.of("sandbox", "web1"));
    return factory
        .cases
        .pauses()
        .suspend(client, new SuspendRequest(lease(), ttl, labels, "AQID"), deadline);
  }

  private ResumedVm resume(Peer client) {
    return factory.cases.pauses().resume(client, lease(), null, soon());
  }

  private static void refused(Reason reason, Runnable call) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private void assertGone() {
    assertThat(factory.status().suspended()).isEmpty();
    assertThat(factory.suspensions.found().vms()).isEmpty();
    assertThat(factory.suspensions.snapshots().list()).isEmpty();
  }

  @Test
  void aSuspendedVmHasNoProcessAndIsMadeAgainUnderItsLease() {
    Suspension done = suspend();
    assertThat(vm().phase()).isEqualTo(VmPhase.EXITED);
    assertThat(factory.folders()).isEmpty();
    assertThat(factory.status().vms()).isEmpty();
    assertThat(factory.status().leases()).isEmpty();
    assertThat(factory.status().suspended()).containsExactly(done.vm());
    Lease rests = Lease.of(done.vm());
    assertThat(rests.id()).isEqualTo(lease());
    assertThat(rests.ttl()).isEqualTo(STAY);
    assertThat(rests.expiresAt()).isEqualTo(factory.now().plus(STAY));
    ResumedVm resumed = resume(Peer.daemon());
    assertThat(resumed.was()).isEqualTo(done.vm());
    assertThat(resumed.was().inside().byName()).containsEntry("sandbox", "web1");
    assertThat(resumed.was().inside().description()).isEqualTo("AQID");
    GrantedVm again = resumed.granted();
    assertThat(again.vm().identity().id()).isNotEqualTo(granted.vm().identity().id());
    assertThat(again.vm().hostname()).isEqualTo("web");
    assertThat(again.vm().templateKey()).isEqualTo(granted.vm().templateKey());
    assertThat(again.vm().phase()).isEqualTo(VmPhase.RUNNING);
    assertThat(again.route()).isEqualTo(Route.RESUMED);
    assertThat(again.requireLease().id()).isEqualTo(lease());
    assertThat(again.requireLease().owner()).isEqualTo("mine");
    assertThat(again.requireLease().ttl()).isEqualTo(TestFactory.TTL);
    assertThat(factory.agents.calls(again.vm().identity().id()))
        .anyMatch(call -> call.startsWith("unique"));
    assertThat(factory.agents.connected()).isEmpty();
    assertGone();
    assertThat(factory.kinds()).containsExactly(Kind.VM_LEASED, Kind.VM_SUSPENDED, Kind.VM_LEASED);
  }

  @Test
  void bothMayBeAskedForTwice() {
    Suspension first = suspend();
    assertThat(suspend().vm()).isEqualTo(first.vm());
    assertThat(suspend().hops()).isEmpty();
    GrantedVm resumed = resume(Peer.daemon()).granted();
    ResumedVm again = resume(Peer.daemon());
    assertThat(again.granted().vm().identity()).isEqualTo(resumed.vm().identity());
    assertThat(again.was()).isNull();
  }

  @Test
  void aPausedVmCanBeSuspendedAndRunsWhenItIsResumed() {
    factory.cases.pauses().pause(Peer.daemon(), lease(), soon());
    suspend();
    assertThat(resume(Peer.daemon()).granted().vm().phase()).isEqualTo(VmPhase.RUNNING);
  }

  @Test
  void itIsSuspendedAgainAndAgain() {
    for (int i = 0; i < 3; i++) {
      suspend();
      resume(Peer.daemon());
    }
    assertThat(factory.status().vms()).hasSize(1);
    assertGone();
  }

  @Test
  void itTakesNoPlaceAndNeedsOneToRunAgain() {
    suspend();
    GrantedVm one = factory.get(any());
    factory.get(any());
    refused(Reason.EXHAUSTED, () -> resume(Peer.daemon()));
    assertThat(factory.status().suspended()).hasSize(1);
    factory.cases.vms().release(Peer.daemon(), one.requireLease().id());
    resume(Peer.daemon());
  }

  @Test
  void itsLeaseExpiresAndItsFilesAreDeleted() {
    suspend();
    factory.pass(STAY.minus(MOMENT));
    assertThat(factory.status().suspended()).hasSize(1);
    factory.pass(MOMENT);
    assertGone();
    factory.assertNothingLeft();
    assertThat(factory.kinds()).endsWith(Kind.LEASE_EXPIRED);
    refused(Reason.NOT_FOUND, () -> resume(Peer.daemon()));
  }

  @Test
  void itsLeaseIsRenewedWithinItsOwnBounds() {
    suspend(Peer.daemon(), Duration.ofHours(3), soon());
    factory.pass(STAY);
    Lease renewed = factory.cases.vms().renew(Peer.daemon(), lease(), null);
    assertThat(renewed.expiresAt()).isEqualTo(factory.now().plus(Duration.ofHours(3)));
    factory.cases.vms().renew(Peer.daemon(), lease(), Duration.ofHours(9));
    refused(
        Reason.INVALID,
        () -> factory.cases.vms().renew(Peer.daemon(), lease(), Duration.ofHours(10)));
    factory.pass(Duration.ofHours(8));
    factory = factory.successor(MOMENT);
    assertThat(factory.status().suspended()).hasSize(1);
    factory.pass(Duration.ofHours(1));
    assertGone();
    refused(Reason.INVALID, () -> suspend(Peer.daemon(), Duration.ofHours(10), soon()));
  }

  @Test
  void itsReleaseDeletesItsFiles() {
    suspend();
    assertThat(factory.cases.vms().release(Peer.daemon(), lease()))
        .isEqualTo(granted.vm().identity().id());
    assertGone();
    factory.assertNothingLeft();
  }

  @Test
  void whatNeedsTheVmIsRefusedWithTheRemedy() {
    suspend();
    assertThatThrownBy(
            () ->
                factory
                    .cases
                    .vms()
                    .fork(Peer.daemon(), new ForkRequest(lease(), 1, null, ""), soon()))
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_POSSIBLE))
        .hasMessageContaining("suspended: resume it first");
    refused(
        Reason.NOT_POSSIBLE, () -> factory.cases.pauses().pause(Peer.daemon(), lease(), soon()));
  }

  @Test
  void anotherUserNeitherSeesNorUsesIt() {
    factory.cases.vms().release(Peer.daemon(), lease());
    granted = factory.cases.vms().get(ANNA, any(), soon());
    refused(Reason.NOT_FOUND, () -> suspend(BERT, null, soon()));
    suspend(ANNA, null, soon());
    assertThat(factory.cases.control().status(BERT, Control.Detail.PLAIN).suspended()).isEmpty();
    refused(Reason.NOT_FOUND, () -> resume(BERT));
    refused(Reason.NOT_FOUND, () -> suspend(BERT, null, soon()));
    refused(Reason.NOT_FOUND, () -> factory.cases.vms().release(BERT, lease()));
    refused(Reason.NOT_FOUND, () -> factory.cases.vms().renew(BERT, lease(), null));
    ResumedVm resumed = resume(Peer.daemon()); // root may, and it stays anna's
    assertThat(resumed.granted().requireLease().uid()).isEqualTo(1001);
    suspend(ANNA, null, soon());
    assertThat(resume(ANNA).granted().requireLease().uid()).isEqualTo(1001);
  }

  @Test
  void theNextDaemonHasItAlsoAfterAReboot() {
    suspend();
    factory = factory.successor(Duration.ofHours(1));
    assertThat(factory.status().suspended()).hasSize(1);
    assertThat(resume(Peer.daemon()).granted().vm().hostname()).isEqualTo("web");
  }

  @Test
  void aShutdownThatEndsVmsLeavesIt() {
    suspend();
    factory.close();
    factory = factory.kill().daemon();
    resume(Peer.daemon());
  }

  @Test
  void afterALongTimeWithoutADaemonItsOwnerHasAMomentToRenew() {
    suspend();
    factory = factory.successor(Duration.ofDays(40));
    factory.pass(Duration.ofSeconds(9));
    factory.cases.vms().renew(Peer.daemon(), lease(), null);
    factory.pass(STAY.minus(MOMENT));
    assertThat(factory.status().suspended()).hasSize(1);
  }

  @Test
  void aVmThatCannotBeStoredGoesOn() {
    factory
        .suspensions
        .snapshots()
        .faults
        .failAt(
            ScriptedTemplates.Step.STORE,
            new TemplateException(TemplateException.Reason.RESOURCES, "disk full"));
    assertThatThrownBy(this::suspend).hasMessage("disk full");
    assertGoesOn();
  }

  private void assertGoesOn() {
    assertThat(vm().phase()).isEqualTo(VmPhase.RUNNING);
    assertThat(factory.status().leases()).extracting(Lease::id).containsExactly(lease());
    assertGone();
  }

  @Test
  void aVmWhoseRecordCannotBeWrittenGoesOn() {
    factory.suspensions.faults.failAt(
        Step.RECORD, new TemplateException(TemplateException.Reason.FAILED, "no disk"));
    assertThatThrownBy(this::suspend).hasMessage("no disk");
    assertGoesOn();
    factory.pass(TestFactory.TTL);
    factory.assertNothingLeft();
  }

  @Test
  void aSuspensionThatIsLateOrCancelledLetsTheVmGoOn() {
    var unused = factory.suspensions.snapshots().faults.hangAt(ScriptedTemplates.Step.STORE);
    Deadline brief = Deadline.after(Duration.ofMillis(50));
    assertThatThrownBy(() -> suspend(Peer.daemon(), null, brief))
        .hasMessageContaining("scripted STORE");
    assertGoesOn();
    Thread.currentThread().interrupt();
    assertThatThrownBy(this::suspend).hasMessageContaining("cancel");
    assertThat(Thread.interrupted()).isTrue();
    assertGoesOn();
    factory.suspensions.snapshots().faults.letGo();
  }

  @Test
  void aLeaseThatExpiresWhileItsVmIsStoredIsGone() {
    CompletableFuture<Void> reached =
        factory.suspensions.snapshots().faults.hangAt(ScriptedTemplates.Step.STORE);
    CompletableFuture<Suspension> storing = CompletableFuture.supplyAsync(this::suspend);
    soon().await(reached, "the VM to be stored");
    factory.pass(TestFactory.TTL);
    factory.suspensions.snapshots().faults.letGo();
    assertThatThrownBy(() -> soon().await(storing, "the end"))
        .hasMessageContaining("no such lease");
    assertGone();
    factory.assertNothingLeft();
  }

  @Test
  void aGuestThatDoesNotAnswerStaysSuspended() {
    suspend();
    factory.agents.faults.failAt(
        ScriptedAgents.Step.UNIQUE, new GuestException(GuestException.UNAVAILABLE, "deaf", null));
    assertThatThrownBy(() -> resume(Peer.daemon())).hasMessageContaining("deaf");
    assertThat(factory.folders()).isEmpty();
    assertThat(factory.status().suspended()).hasSize(1);
    factory.agents.faults.heal();
    resume(Peer.daemon());
  }

  @Test
  void aRecordThatCannotBeRemovedLeavesItSuspended() {
    SuspendedVm was = suspend().vm();
    factory.suspensions.faults.failAt(
        Step.FORGET, new TemplateException(TemplateException.Reason.FAILED, "no disk"));
    assertThatThrownBy(() -> resume(Peer.daemon())).hasMessage("no disk");
    assertThat(factory.folders()).isEmpty();
    assertThat(factory.status().suspended()).containsExactly(was);
    assertThatThrownBy(() -> factory.cases.vms().release(Peer.daemon(), lease()))
        .hasMessage("no disk");
    factory.suspensions.faults.heal();
    resume(Peer.daemon());
  }

  @Test
  void filesThatCannotBeRemovedAreSweptByTheNextDaemon() {
    suspend();
    factory.suspensions.faults.failAt(
        Step.DISCARD, new TemplateException(TemplateException.Reason.FAILED, "no disk"));
    resume(Peer.daemon());
    assertThat(factory.suspensions.snapshots().list()).hasSize(1);
    assertThat(factory.status().failures()).hasSize(1);
    factory = factory.successor(MOMENT);
    assertGone();
    assertThat(factory.status().leases()).hasSize(1);
  }
}
