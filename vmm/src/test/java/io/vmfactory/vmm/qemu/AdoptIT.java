package io.vmfactory.vmm.qemu;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.QemuConfig.Groups;
import io.vmfactory.configs.QemuConfig.Isolation;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmProcessTable;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.groups.ControlGroup;
import io.vmfactory.vmm.groups.ControlGroups;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Adopts VMs after the daemon that started them was killed, so they have lost their parent. */
@Tag("qemu")
@Timeout(120)
class AdoptIT {
  private static final Path PROC = Path.of("/proc");

  private final Deadline deadline = Deadline.after(Duration.ofSeconds(60));
  private final QemuHypervisor qemu =
      new QemuHypervisor(
          new HypervisorInfo(QemuHypervisorIT.PROGRAM, "", Accelerator.TCG, "test", ""),
          TestJail.make());
  @TempDir Path folder;
  private EarlierDaemon earlier;
  private Survivor incoming;
  private Survivor paused;
  private Survivor running;

  @BeforeEach
  void killTheEarlierDaemon() throws IOException {
    earlier = new EarlierDaemon(folder);
    incoming = earlier.survivors().get(0);
    paused = earlier.survivors().get(1);
    running = earlier.survivors().get(2);
    earlier.kill();
  }

  @AfterEach
  void leaveNothing() {
    qemu.close();
    List<Survivor> alive = earlier.survivors().stream().filter(AdoptIT::lives).toList();
    alive.forEach(
        vm -> ProcessHandle.of(vm.identity().pid()).ifPresent(ProcessHandle::destroyForcibly));
    assertThat(alive).as("QEMU processes left behind").isEmpty();
    TestJail.removeGroups(ControlGroups.name(folder));
  }

  @Test
  void everyVmIsAdoptedAsItIsAndCanBeWorkedWith() throws IOException {
    Vm shell = qemu.adopt(incoming, deadline);
    assertThat(shell.phase()).isEqualTo(VmPhase.INCOMING);
    // Does not run it: the state was saved inside the firmware, which need not survive that.
    shell.load(EarlierDaemon.state(folder), deadline);
    Vm warm = qemu.adopt(paused, deadline);
    assertThat(warm.phase()).isEqualTo(VmPhase.PAUSED);
    warm.cont(deadline);
    Vm leased = qemu.adopt(running, deadline);
    assertThat(leased.phase()).isEqualTo(VmPhase.RUNNING);
    leased.stop(deadline);
    List.of(shell, warm, leased).forEach(vm -> vm.check(deadline));
    List.of(shell, warm, leased).forEach(Vm::kill);
    assertThat(folder.resolve("vm")).isEmptyDirectory();
  }

  @Test
  void anAdoptedVmKeepsItsControlGroupUntilItEnds() {
    List<Path> ofRunning = groups(running);
    List<Path> ofPaused = groups(paused);
    boolean possible = TestJail.groups(ControlGroups.name(folder)) != null;
    assertThat(ofRunning.isEmpty()).isEqualTo(!possible);
    Vm vm = qemu.adopt(running, deadline);
    assertThat(groups(running)).isEqualTo(ofRunning).allMatch(Files::exists);
    vm.kill();
    assertThat(ofRunning).noneMatch(Files::exists);
    assertThat(ofPaused).allMatch(Files::exists);
    Isolation users =
        new Isolation(
            Isolation.Mode.AUTO, TestJail.LAUNCHER, 1_879_048_192L, 1 << 16, Groups.none());
    new VmProcessTable(PROC, users).end(paused.identity(), deadline);
    assertThat(ofPaused).noneMatch(Files::exists);
    endOthers(incoming);
  }

  private static List<Path> groups(Survivor vm) {
    Path process = PROC.resolve(Integer.toString(vm.identity().pid()));
    return ControlGroup.of(vm.identity().id(), process).folders();
  }

  @Test
  void theEndOfAnAdoptedVmIsNoticedThoughNotHowItCame() {
    Vm vm = qemu.adopt(running, deadline);
    ProcessHandle.of(vm.identity().pid()).orElseThrow().destroyForcibly();
    VmExit exit = deadline.await(vm.signals().exited(), "exit");
    assertThat(exit).isEqualTo(new VmExit(-1, 0, ""));
    assertThat(exit).hasToString("unknown cause");
    assertThat(vm.phase()).isEqualTo(VmPhase.EXITED);
    endOthers(incoming, paused);
  }

  @Test
  void anAdoptedVmOutlivesItsSecondDaemonToo() {
    QemuHypervisor second = new QemuHypervisor(qemu.info(), TestJail.make());
    second.adopt(paused, deadline).cont(deadline);
    second.close();
    assertThat(lives(paused)).isTrue();
    Vm vm = qemu.adopt(paused, deadline);
    assertThat(vm.phase()).isEqualTo(VmPhase.RUNNING);
    vm.kill();
    endOthers(incoming, running);
  }

  @Test
  void aStoppedQemuIsNotWaitedForPastTheDeadlineAndLeftAsItWas() throws IOException {
    signal("-STOP", paused);
    assertThatThrownBy(() -> qemu.adopt(paused, Deadline.after(Duration.ofMillis(300))))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("QEMU's monitor to answer");
    assertThat(lives(paused)).isTrue();
    assertThat(paused.folder().qmpSocket()).exists();
    signal("-CONT", paused);
    Vm vm = qemu.adopt(paused, deadline);
    vm.check(deadline);
    vm.kill();
    endOthers(incoming, running);
  }

  @Test
  void aStoppedQemuIsHeldByOneDaemonAfterTheOtherUntilItAnswers() throws IOException {
    signal("-STOP", running);
    for (int daemons = 0; daemons < 6; daemons++) {
      try (QemuHypervisor other = new QemuHypervisor(qemu.info(), TestJail.make())) {
        assertThat(other.hold(running).phase()).isEqualTo(VmPhase.UNAVAILABLE);
      }
    }
    Vm vm = qemu.hold(running);
    assertThatThrownBy(() -> vm.stop(deadline))
        .isInstanceOfSatisfying(
            VmmException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNAVAILABLE));
    signal("-CONT", running);
    assertThat(deadline.await(vm.signals().available(), "answer")).isEqualTo(VmPhase.RUNNING);
    vm.stop(deadline);
    vm.kill();
    endOthers(incoming, paused);
  }

  @Test
  void aStoppedQemuThatIsHeldCanBeEnded() throws IOException {
    signal("-STOP", running);
    Vm vm = qemu.hold(running);
    vm.kill();
    assertThat(lives(running)).isFalse();
    assertThat(running.folder().path()).doesNotExist();
    endOthers(incoming, paused);
  }

  @Test
  void whoHoldsTheMonitorIsWaitedFor() throws IOException {
    CompletableFuture<Vm> adopting;
    try (SocketChannel holder = connected(running)) {
      adopting = CompletableFuture.supplyAsync(() -> qemu.adopt(running, deadline));
      assertThatThrownBy(() -> Deadline.after(Duration.ofMillis(300)).await(adopting, "adoption"))
          .isInstanceOf(DeadlineExceededException.class);
    }
    deadline.await(adopting, "adoption").kill();
    endOthers(incoming, paused);
  }

  @Test
  void whatAnEarlierConnectionHasLeftHalfSaidDoesNoHarm() throws IOException {
    try (SocketChannel dying = connected(running)) {
      send(dying, "{\"execute\": \"qmp_capabilities\"}\n".repeat(50));
      send(dying, "{\"execute\": \"query-status\"}\n{\"execute\": \"sto");
    }
    Vm vm = qemu.adopt(running, deadline);
    assertThat(vm.phase()).isEqualTo(VmPhase.RUNNING);
    vm.stop(deadline);
    vm.check(deadline);
    vm.kill();
    endOthers(incoming, paused);
  }

  @Test
  void aVmWithoutMonitorSocketIsRefusedAndLivesOn() throws IOException {
    Files.delete(running.folder().qmpSocket());
    assertThatThrownBy(() -> qemu.adopt(running, deadline))
        .isInstanceOfSatisfying(
            VmmException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FAILED))
        .hasMessageContaining("cannot connect to QEMU's monitor");
    assertThat(lives(running)).isTrue();
    end(running);
    endOthers(incoming, paused);
  }

  private void endOthers(Survivor... others) {
    for (Survivor other : others) {
      qemu.adopt(other, deadline).kill();
    }
  }

  private void end(Survivor vm) {
    ProcessHandle process = ProcessHandle.of(vm.identity().pid()).orElseThrow();
    process.destroyForcibly();
    deadline.await(process.onExit(), "the end of QEMU");
  }

  private static SocketChannel connected(Survivor vm) throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(vm.folder().qmpSocket()));
    channel.read(ByteBuffer.allocate(1)); // QEMU has accepted the connection
    return channel;
  }

  private static void send(SocketChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static boolean lives(Survivor vm) {
    return vm.identity().lives(PROC);
  }

  private static void signal(String which, Survivor vm) throws IOException {
    new ProcessBuilder("kill", which, Integer.toString(vm.identity().pid()))
        .start()
        .onExit()
        .join();
  }
}
