package io.vmfactory.factory.app;

import static io.vmfactory.factory.app.TestFactory.any;
import static io.vmfactory.factory.app.TestFactory.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.app.Attachments.DriveRequest;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.request.ForkRequest;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.RequestException.Reason;
import io.vmfactory.factory.request.VmView;
import io.vmfactory.guest.GuestException;
import io.vmfactory.scripted.ScriptedAgents;
import io.vmfactory.scripted.vmm.FakeVm;
import io.vmfactory.scripted.vmm.Script;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.VmPhase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests leased VMs whose CPUs are stopped. */
@Timeout(60)
final class PauseVmTest {
  private static final Duration MOMENT = Duration.ofSeconds(1);

  @TempDir private Path root;
  private TestFactory factory;
  private GrantedVm granted;

  @BeforeEach
  void start() {
    factory = new TestFactory(root, 5);
    factory.template(1, 256);
    granted = factory.get(any());
  }

  @AfterEach
  void stop() {
    factory.close();
    assertThat(factory.folders()).isEmpty();
  }

  private LeaseId lease() {
    return granted.lease().id();
  }

  private FakeVm vm() {
    return factory.hypervisor.vm(granted.vm().identity().id());
  }

  private VmView pause() {
    return factory.cases.pauses().pause(Peer.daemon(), lease(), soon());
  }

  private GrantedVm resume() {
    return factory.cases.pauses().resume(Peer.daemon(), lease(), null, soon()).granted();
  }

  @Test
  void aPausedVmIsShownAndGetsTheTimeWhenItRunsAgain() {
    assertThat(pause().phase()).isEqualTo(VmPhase.PAUSED);
    assertThat(factory.status().vms()).extracting(VmView::phase).containsExactly(VmPhase.PAUSED);
    assertThat(factory.status().leases()).containsExactly(granted.lease());
    GrantedVm resumed = resume();
    assertThat(resumed.vm().phase()).isEqualTo(VmPhase.RUNNING);
    assertThat(resumed.lease()).isEqualTo(granted.lease());
    assertThat(resumed.hops()).extracting(Lap::name).containsExactly("connect", "cont", "wake");
    assertThat(factory.agents.calls(vm().identity().id()))
        .endsWith("connect PAUSED", "wake RUNNING");
    assertThat(factory.agents.connected()).isEmpty();
    assertThat(factory.kinds()).containsExactly(Kind.VM_LEASED, Kind.VM_PAUSED, Kind.VM_RESUMED);
  }

  @Test
  void bothMayBeAskedForTwice() {
    assertThat(resume().hops()).isEmpty();
    pause();
    assertThat(pause().phase()).isEqualTo(VmPhase.PAUSED);
    resume();
    assertThat(resume().vm().phase()).isEqualTo(VmPhase.RUNNING);
    assertThat(factory.kinds()).containsExactly(Kind.VM_LEASED, Kind.VM_PAUSED, Kind.VM_RESUMED);
  }

  @Test
  void theLeaseGoesOnAndEnds() {
    pause();
    factory.pass(TestFactory.TTL.minus(MOMENT));
    factory.cases.vms().renew(Peer.daemon(), lease(), null);
    factory.pass(TestFactory.TTL.minus(MOMENT));
    assertThat(vm().phase()).isEqualTo(VmPhase.PAUSED);
    factory.pass(MOMENT);
    factory.assertNothingLeft();
    refused(Reason.NOT_FOUND);
  }

  private void refused(Reason reason) {
    assertThatThrownBy(this::resume)
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void theNextDaemonLeavesItPausedAlsoAfterARenewal() {
    pause();
    factory.cases.vms().renew(Peer.daemon(), lease(), null);
    factory = factory.successor(MOMENT);
    assertThat(vm().phase()).isEqualTo(VmPhase.PAUSED);
    assertThat(resume().vm().phase()).isEqualTo(VmPhase.RUNNING);
    factory = factory.successor(MOMENT);
    assertThat(vm().phase()).isEqualTo(VmPhase.RUNNING);
  }

  /** The journal is written before the step. */
  @Test
  void theNextDaemonCompletesAStepThatWasCutOff() {
    pause();
    vm().cont(soon());
    factory = factory.successor(MOMENT);
    assertThat(vm().phase()).isEqualTo(VmPhase.PAUSED);
    resume();
    vm().stop(soon());
    factory = factory.successor(MOMENT);
    assertThat(vm().phase()).isEqualTo(VmPhase.RUNNING);
  }

  @Test
  void aForkOfAPausedVmRunsAndThePausedVmStaysSo() {
    pause();
    ForkRequest request = new ForkRequest(lease(), 2, null, "");
    for (GrantedVm fork : factory.cases.vms().fork(Peer.daemon(), request, soon()).vms()) {
      assertThat(fork.vm().phase()).isEqualTo(VmPhase.RUNNING);
    }
    assertThat(vm().phase()).isEqualTo(VmPhase.PAUSED);
  }

  @Test
  void whatNeedsARunningVmIsRefusedWithTheRemedy() throws IOException {
    Path file = Files.write(root.resolve("drive"), new byte[4096]);
    pause();
    DriveRequest drive =
        new DriveRequest(lease(), file.toString(), DriveMode.READ_ONLY, Peer.daemon());
    assertThatThrownBy(() -> factory.cases.attachments().attachDrive(drive, soon()))
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_POSSIBLE))
        .hasMessageContaining("resume it first");
  }

  @Test
  void aGuestThatDoesNotAnswerRunsAllTheSame() {
    pause();
    factory.agents.faults.failAt(
        ScriptedAgents.Step.WAKE, new GuestException(GuestException.UNAVAILABLE, "deaf", null));
    assertThatThrownBy(this::resume).hasMessageContaining("deaf");
    assertThat(vm().phase()).isEqualTo(VmPhase.RUNNING);
    assertThat(resume().vm().phase()).isEqualTo(VmPhase.RUNNING);
    assertThat(factory.status().leases()).hasSize(1);
  }

  /** Whatever QEMU has done meanwhile, a resume lets it run. */
  @Test
  void aPauseWhoseAnswerIsLateIsUndoneByAResume() {
    Script.Gate gate = factory.hypervisor.script().hangAt(Script.Step.STOP);
    Deadline brief = Deadline.after(Duration.ofMillis(30));
    assertThatThrownBy(() -> factory.cases.pauses().pause(Peer.daemon(), lease(), brief))
        .isInstanceOf(DeadlineExceededException.class);
    gate.open();
    assertThat(resume().vm().phase()).isEqualTo(VmPhase.RUNNING);
    factory = factory.successor(MOMENT);
    assertThat(vm().phase()).isEqualTo(VmPhase.RUNNING);
  }
}
