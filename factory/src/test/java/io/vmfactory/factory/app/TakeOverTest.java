package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.on;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.factory.app.Attachments.DriveRequest;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.journal.Journal;
import io.vmfactory.factory.journal.VmRecord;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Lease;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.request.VmRequest;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.scripted.vmm.Script;
import io.vmfactory.scripted.vmm.Script.Step;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmmException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that the next daemon takes over the VMs of a killed one. */
@Timeout(60)
final class TakeOverTest {
  private static final Duration TTL = TestFactory.TTL;
  private static final Duration MOMENT = Duration.ofMillis(1);

  private TestFactory factory;

  @BeforeEach
  void start(@TempDir Path root) {
    factory = new TestFactory(root);
    factory.template(1, 256);
  }

  @AfterEach
  void stop() {
    factory.close();
    assertThat(factory.folders()).isEmpty();
  }

  private void restartAfter(Duration away) {
    factory = factory.successor(away);
  }

  private FakeVm vm(GrantedVm granted) {
    return factory.hypervisor.vm(granted.vm().identity().id());
  }

  private Lease renew(GrantedVm granted) {
    return factory.cases.vms().renew(Peer.daemon(), granted.lease().id(), null);
  }

  private static void refused(Reason reason, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void aLeasedVmIsTheSameForItsCustomerAsBefore() {
    GrantedVm granted =
        factory.get(
            new VmRequest("", 2, 384, Duration.ofMinutes(2), java.util.List.of(), "web", "me"));
    restartAfter(Duration.ofSeconds(30));

    assertThat(factory.status().vms()).containsExactly(granted.vm());
    assertThat(granted.vm().sizing()).isEqualTo(new Sizing(2, 384));
    assertThat(factory.status().leases()).containsExactly(granted.lease());
    assertThat(factory.status().failures()).isEmpty();

    Lease renewed = renew(granted);
    assertThat(renewed.id()).isEqualTo(granted.lease().id());
    assertThat(renewed.ttl()).isEqualTo(Duration.ofMinutes(2));
    assertThat(renewed.expiresAt()).isEqualTo(factory.now().plus(Duration.ofMinutes(2)));
    assertThat(new Journal().read(granted.vm().folder()).orElseThrow().lease().expiry())
        .isEqualTo(renewed.expiresAt());
    factory.cases.vms().release(Peer.daemon(), granted.lease().id());
    factory.assertNothingLeft();
  }

  @Test
  void aLeaseEndsWhenItWouldHaveEndedAnyway() {
    GrantedVm granted = factory.get(any());
    restartAfter(TTL.dividedBy(2));
    factory.pass(TTL.dividedBy(2).minus(MOMENT));
    assertThat(vm(granted).phase()).isEqualTo(VmPhase.RUNNING);
    factory.pass(MOMENT);
    factory.assertNothingLeft();
    assertThat(factory.kinds()).containsExactly(Kind.LEASE_EXPIRED);
  }

  @Test
  void aLeaseThatExpiredWhileNoDaemonWasThereCanStillBeRenewedForAWhile() {
    GrantedVm granted = factory.get(any());
    restartAfter(TTL.multipliedBy(100));
    assertThat(factory.status().leases().get(0).expiresAt())
        .isEqualTo(factory.now().plus(LeaseBook.GRACE));
    factory.pass(LeaseBook.GRACE.minus(MOMENT));
    assertThat(vm(granted).phase()).isEqualTo(VmPhase.RUNNING);
    renew(granted);
    factory.pass(TTL.minus(MOMENT));
    assertThat(vm(granted).phase()).isEqualTo(VmPhase.RUNNING);
    factory.pass(MOMENT);
    factory.assertNothingLeft();
  }

  @Test
  void aLeaseThatIsNotRenewedThenEnds() {
    factory.get(any());
    restartAfter(TTL.multipliedBy(100));
    factory.pass(LeaseBook.GRACE);
    factory.assertNothingLeft();
  }

  @Test
  void aWallClockThatWasSetBackMeanwhileMakesNoLeaseLonger() {
    factory.get(any());
    restartAfter(Duration.ofDays(-400));
    factory.pass(TTL);
    factory.assertNothingLeft();
  }

  @Test
  void aLeasedVmThatEndedMeanwhileIsAFailure() {
    GrantedVm granted = factory.get(any());
    factory.kill();
    vm(granted).exit(new VmExit(-1, 9, ""));
    restartAfter(MOMENT);
    factory.assertNothingLeft();
    assertThat(factory.status().failures())
        .singleElement()
        .satisfies(f -> assertThat(f.cause()).contains("no daemon was running"));
    refused(Reason.NOT_FOUND, () -> renew(granted));
  }

  @Test
  void aVmThatWasTakenOverIsWatched() {
    GrantedVm granted = factory.get(any());
    restartAfter(MOMENT);
    vm(granted).exit(new VmExit(-1, 0, "oops"));
    factory.assertNothingLeft();
    assertThat(factory.kinds()).containsExactly(Kind.VM_DIED, Kind.FAILURE);
  }

  @Test
  void aVmWhoseMonitorIsBrokenStaysItsCustomersWhileItsLeaseLasts() {
    GrantedVm granted = factory.get(any());
    factory
        .hypervisor
        .script()
        .failAt(Step.ADOPT, new VmmException(VmmException.Reason.FAILED, "QEMU says no"));
    restartAfter(MOMENT);
    factory.hypervisor.script().heal();
    assertThat(factory.status().leases()).containsExactly(granted.lease());
    assertThat(phases()).containsExactly(VmPhase.UNAVAILABLE);
    assertThat(factory.status().failures())
        .singleElement()
        .satisfies(f -> assertThat(f.cause()).contains("is kept", "QEMU says no"));
    renew(granted);
    factory.pass(TTL.minus(MOMENT));
    assertThat(phases()).containsExactly(VmPhase.UNAVAILABLE);
    factory.pass(MOMENT);
    factory.assertNothingLeft();
    assertThat(factory.kinds()).contains(Kind.LEASE_EXPIRED).doesNotContain(Kind.VM_DIED);
  }

  private List<VmPhase> phases() {
    return factory.status().vms().stream().map(VmView::phase).toList();
  }

  @Test
  void aVmWhoseRecordNamesAnUnknownRouteIsLeftAloneAndReported() {
    GrantedVm granted = factory.get(any());
    factory.kill();
    VmFolder folder = granted.vm().folder();
    VmRecord record = new Journal().read(folder).orElseThrow();
    new Journal().write(folder, record.handedOut("LATER", "web", record.sizing(), factory.now()));
    restartAfter(MOMENT);
    assertThat(factory.status().leases()).isEmpty();
    assertThat(factory.status().failures().get(0).cause()).contains("\"LATER\"", "left alone");
    assertThat(vm(granted).phase()).isEqualTo(VmPhase.RUNNING);
    factory.kill();
    new Journal().write(folder, record);
    restartAfter(MOMENT);
    assertThat(factory.status().leases()).containsExactly(granted.lease());
  }

  @Test
  void aDaemonThatLacksMeansLeavesACustomersVmToTheNext() {
    GrantedVm granted = factory.get(any());
    var shortage = new VmmException(VmmException.Reason.RESOURCES, "too many open files");
    factory.hypervisor.script().failAt(Step.ADOPT, shortage);
    restartAfter(MOMENT);
    factory.hypervisor.script().heal();
    assertThat(factory.status().failures().get(0).cause()).contains("left alone", "too many");
    assertThat(vm(granted).phase()).isEqualTo(VmPhase.RUNNING);
    restartAfter(MOMENT);
    assertThat(factory.status().leases()).containsExactly(granted.lease());
  }

  @Test
  void aVmThatDoesNotAnswerHoldsUpNeitherTheStartNorTheOthersAndIsKept() throws IOException {
    GrantedVm slow = factory.get(any());
    Script.Gate gate = factory.hypervisor.script().hangAt(Step.ADOPT);
    restartAfter(MOMENT);

    GrantedVm other = factory.get(any());
    assertThat(phases()).containsExactly(VmPhase.UNAVAILABLE, VmPhase.RUNNING);
    renew(slow);
    DriveRequest drive =
        new DriveRequest(slow.lease().id(), "/d", DriveMode.READ_ONLY, Peer.daemon());
    assertThatThrownBy(() -> factory.cases.attachments().attachDrive(drive, soon()))
        .isInstanceOfSatisfying(
            VmmException.class,
            e -> assertThat(e.reason()).isEqualTo(VmmException.Reason.UNAVAILABLE))
        .hasMessageContaining("stopped or slow");
    gate.open();
    assertThat(phases()).containsExactly(VmPhase.RUNNING, VmPhase.RUNNING);
    assertThat(factory.events)
        .filteredOn(event -> event.kind() == Kind.VM_ADOPTED)
        .singleElement()
        .satisfies(event -> assertThat(event.leaseId()).isEqualTo(slow.lease().id().value()));
    assertThat(vm(slow).phase()).isEqualTo(VmPhase.RUNNING);
    renew(slow);
    factory.cases.vms().release(Peer.daemon(), slow.lease().id());
    factory.cases.vms().release(Peer.daemon(), other.lease().id());
    factory.assertNothingLeft();
  }

  @Test
  void aVmThatDoesNotAnswerCanBeReleased() {
    GrantedVm slow = factory.get(any());
    Script.Gate gate = factory.hypervisor.script().hangAt(Step.ADOPT);
    restartAfter(MOMENT);
    factory.cases.vms().release(Peer.daemon(), slow.lease().id());
    factory.assertNothingLeft();
    gate.open();
    assertThat(vm(slow).phase()).isEqualTo(VmPhase.EXITED);
  }

  @Test
  void aVmThatDoesNotAnswerIsTakenOverAgainAndAgain() {
    GrantedVm slow = factory.get(any());
    Script.Gate gate = factory.hypervisor.script().hangAt(Step.ADOPT);
    for (int times = 0; times < 3; times++) {
      restartAfter(MOMENT);
      assertThat(phases()).containsExactly(VmPhase.UNAVAILABLE);
    }
    factory.cases.control().shutdown(Control.AtEnd.KEEP_VMS, soon());
    restartAfter(MOMENT);
    assertThat(factory.status().leases()).containsExactly(slow.lease());
    gate.open();
    assertThat(phases()).containsExactly(VmPhase.RUNNING);
    renew(slow);
  }

  @Test
  void manyVmsThatDoNotAnswerAreAllTakenOverAtOnce() {
    for (int count = 0; count < 12; count++) {
      factory.get(any());
    }
    factory.hypervisor.script().hangAt(Step.ADOPT);
    restartAfter(MOMENT);
    assertThat(phases()).hasSize(12).containsOnly(VmPhase.UNAVAILABLE);
    assertThat(factory.status().leases()).hasSize(12);
  }

  @Test
  void moreLeasesThanTheLimitAllowsNowAreTakenOverAndNoMoreGranted() {
    GrantedVm one = factory.get(any());
    GrantedVm two = factory.get(any());
    factory = factory.kill().with(TestFactory.config(factory.root, 1)).daemon();
    assertThat(factory.status().leases()).containsExactlyInAnyOrder(one.lease(), two.lease());
    refused(Reason.EXHAUSTED, () -> factory.get(any()));
    factory.cases.vms().release(Peer.daemon(), one.lease().id());
    refused(Reason.EXHAUSTED, () -> factory.get(any()));
    factory.cases.vms().release(Peer.daemon(), two.lease().id());
    factory.get(any());
  }

  @Test
  void aVmWithoutTemplateIsTakenOverToo() {
    GrantedVm granted = factory.get(on(Route.COLD));
    restartAfter(MOMENT);
    assertThat(factory.status().vms()).containsExactly(granted.vm());
  }

  @Test
  void soIsOneWhoseTemplateIsGone() {
    GrantedVm granted = factory.get(any());
    factory.cases.templates().delete(Peer.daemon(), granted.vm().templateKey(), soon());
    restartAfter(MOMENT);
    assertThat(factory.status().vms()).containsExactly(granted.vm());
  }

  @Test
  void vmsThatWereKeptAreTakenOverAndOthersThereAreNone() {
    GrantedVm granted = factory.get(any());
    factory.cases.control().shutdown(Control.AtEnd.KEEP_VMS, soon());
    assertThat(vm(granted).phase()).isEqualTo(VmPhase.RUNNING);
    restartAfter(Duration.ofSeconds(1));
    assertThat(factory.status().leases()).containsExactly(granted.lease());
    renew(granted);
  }

  @Test
  void aDaemonThatIsKilledAgainAndAgainLosesNothing() {
    GrantedVm one = factory.get(any());
    restartAfter(MOMENT);
    GrantedVm two = factory.get(any());
    for (int times = 0; times < 5; times++) {
      restartAfter(MOMENT);
      assertThat(factory.status().leases()).containsExactlyInAnyOrder(one.lease(), two.lease());
    }
  }
}
