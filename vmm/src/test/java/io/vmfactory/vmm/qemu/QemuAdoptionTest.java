package io.vmfactory.vmm.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.qmp.ScriptedMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QemuAdoptionTest extends ScriptedQemu {
  @ParameterizedTest
  @ValueSource(strings = {"guest-panicked", "shutdown", "internal-error", "io-error", "no-such"})
  void aVmInAStateWithoutPhaseIsRefusedAndLeftAsItWas(String state) {
    monitor.says("query-status", status(state));
    assertThatThrownBy(() -> qemu.adopt(survivor, deadline))
        .isInstanceOfSatisfying(
            VmmException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FAILED))
        .hasMessageContaining("QEMU says it is " + state);
    assertThat(process.exited().toCompletableFuture()).isNotDone();
    assertThat(survivor.folder().path()).exists();
    monitor.says("query-status", status("paused"));
    assertThat(qemu.adopt(survivor, deadline).phase()).isEqualTo(VmPhase.PAUSED);
  }

  @Test
  void aHeldVmWaitsForTheGreetingAndRefusesAllElseAtOnce() {
    monitor.says("qmp_capabilities", ScriptedMonitor.NOTHING);
    Vm vm = qemu.hold(survivor);
    assertThat(vm.phase()).isEqualTo(VmPhase.UNAVAILABLE);
    unavailable(() -> vm.cont(deadline));
    unavailable(() -> vm.stop(deadline));
    unavailable(() -> vm.check(deadline));
    unavailable(() -> vm.drives().list(deadline));
    unavailable(() -> vm.grow(new Sizing(2, 0), deadline));
    unavailable(vm::detach);
    assertThat(vm.signals().available().toCompletableFuture()).isNotDone();
    vm.kill();
    assertThat(vm.phase()).isEqualTo(VmPhase.EXITED);
    assertThat(vm.signals().available().toCompletableFuture()).isCompletedExceptionally();
    assertThat(survivor.folder().path()).doesNotExist();
  }

  private static void unavailable(ThrowingCallable step) {
    assertThatThrownBy(step)
        .isInstanceOfSatisfying(
            VmmException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE))
        .hasMessageContaining("stopped or slow");
  }

  @ParameterizedTest
  @ValueSource(strings = {"guest-panicked", "io-error"})
  void aHeldVmInAStateWithoutPhaseStaysUnavailableAndSaysWhy(String state) {
    monitor.says("query-status", status(state));
    Vm vm = qemu.hold(survivor);
    assertThatThrownBy(() -> deadline.await(vm.signals().available(), "answer"))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("QEMU says it is " + state);
    assertThat(vm.phase()).isEqualTo(VmPhase.UNAVAILABLE);
    vm.kill();
  }

  @Test
  void aHeldVmWithoutMonitorStaysUnavailableAndIsWatched() throws IOException {
    monitor.close();
    Files.delete(survivor.folder().qmpSocket());
    Vm vm = qemu.hold(survivor);
    assertThatThrownBy(() -> deadline.await(vm.signals().available(), "answer"))
        .hasMessageContaining("cannot connect to QEMU's monitor");
    process.kill();
    deadline.await(vm.signals().exited(), "exit");
    assertThat(vm.phase()).isEqualTo(VmPhase.EXITED);
    vm.kill();
  }

  @Test
  void refusedAdoptionsLeaveNoDescriptor() throws IOException {
    monitor.says("query-status", status("shutdown"));
    refusedAdoption();
    long before = descriptors();
    for (int i = 0; i < 10; i++) {
      refusedAdoption();
    }
    // An event loop closes the sockets, so the last pair may not be closed yet.
    assertThat(descriptors()).isLessThanOrEqualTo(before + 2);
  }

  @Test
  void theAgentsPortIsOpenOnlyWhenQemuSaysSo() {
    monitor.says("query-status", status("running"));
    monitor.says("query-chardev", "[{\"label\": \"agent0\", \"frontend-open\": true}]");
    Vm vm = qemu.adopt(survivor, deadline);
    assertThat(vm.signals().agentPort().toCompletableFuture()).isCompleted();
    vm.kill();
  }

  @Test
  void anAdoptedVmWhoseGuestHasNotOpenedItsPortYetStillSignalsIt() {
    monitor.says("query-status", status("running"));
    monitor.says("query-chardev", "[{\"label\": \"agent0\", \"frontend-open\": false}]");
    Vm vm = qemu.adopt(survivor, deadline);
    assertThat(vm.signals().agentPort().toCompletableFuture()).isNotDone();
    monitor.sends(
        "{\"event\": \"VSERPORT_CHANGE\", \"data\": {\"id\": \"agentport0\", \"open\": true}}");
    deadline.await(vm.signals().agentPort(), "port");
    vm.kill();
  }

  @Test
  void aCheckComplainsOfAStateThatIsNotThePhase() {
    monitor.says("query-status", status("running"));
    Vm vm = qemu.adopt(survivor, deadline);
    vm.check(deadline);
    for (String state : List.of("paused", "guest-panicked")) {
      monitor.says("query-status", status(state));
      assertThatThrownBy(() -> vm.check(deadline))
          .isInstanceOfSatisfying(
              VmmException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FAILED))
          .hasMessageContaining("says it is " + state + ", which is not RUNNING");
    }
    vm.kill();
  }

  @Test
  void aCheckComplainsOfAMonitorThatHungUp() {
    monitor.says("query-status", status("running"));
    Vm vm = qemu.adopt(survivor, deadline);
    monitor.hangUp();
    assertThatThrownBy(() -> vm.check(deadline)).isInstanceOf(VmmException.class);
    assertThat(vm.phase()).isEqualTo(VmPhase.RUNNING);
    vm.kill();
  }

  @Test
  void aCheckThatIsNotAnsweredEndsAtItsDeadline() {
    monitor.says("query-status", status("running"));
    Vm vm = qemu.adopt(survivor, deadline);
    monitor.says("query-status", ScriptedMonitor.NOTHING);
    assertThatThrownBy(() -> vm.check(Deadline.after(Duration.ofMillis(50))))
        .isInstanceOf(DeadlineExceededException.class);
    monitor.says("query-status", status("running"));
    vm.check(deadline);
    vm.kill();
  }

  @Test
  void aMonitorThatIsGoneMeansNoAdoptionAndAProcessLeftAlone() throws IOException {
    monitor.close();
    Files.delete(survivor.folder().qmpSocket());
    assertThatThrownBy(() -> qemu.adopt(survivor, deadline))
        .isInstanceOf(VmmException.class)
        .hasMessageContaining("cannot connect to QEMU's monitor");
    assertThat(process.exited().toCompletableFuture()).isNotDone();
  }

  private void refusedAdoption() {
    assertThatThrownBy(() -> qemu.adopt(survivor, deadline)).isInstanceOf(VmmException.class);
  }

  private static long descriptors() throws IOException {
    try (var all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }
}
