package io.vmfactory.vmm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.linux.FileRights;
import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.MemoryFiles;
import io.vmfactory.linux.NetworkNamespace;
import io.vmfactory.vmm.VmmException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that every {@link Hypervisor} must pass. */
public abstract class HypervisorContract {
  protected final Deadline deadline = Deadline.after(Duration.ofSeconds(60));
  protected VmFolders folders;
  protected MemoryFile memory;
  private Path overlays;

  /** Returns the hypervisor under test. */
  protected abstract Hypervisor hypervisor();

  /** Returns a small VM: 1 vCPU of at most 2, 128 MiB of at most 384, two slots. */
  protected abstract VmSpec spec();

  /** Returns a VM whose guest accepts plugged devices. */
  protected Vm bootGrowing() {
    return boot();
  }

  /** Returns the same hypervisor in a later daemon: the earlier one is gone, its VMs still run. */
  protected abstract Hypervisor successor();

  /** Ends the process by other means than the interface. */
  protected abstract void endByItself(Vm vm);

  @BeforeEach
  void prepareFolders(@TempDir Path temp) {
    folders = new VmFolders(temp.resolve("vm"));
    overlays = temp;
    memory = MemoryFiles.create("contract", spec().boot().memoryMib() * 1024L * 1024);
  }

  @AfterEach
  void freeMemory() {
    memory.close();
  }

  @Test
  void aBootedVmRunsAndCanBeStoppedAndContinued() {
    Vm vm = boot();
    assertThat(vm.phase()).isEqualTo(VmPhase.RUNNING);
    vm.stop(deadline);
    assertThat(vm.phase()).isEqualTo(VmPhase.PAUSED);
    vm.cont(deadline);
    assertThat(vm.phase()).isEqualTo(VmPhase.RUNNING);
    vm.kill();
  }

  @Test
  void aSavedVmsStateIsLoadedIntoACopyOnWriteClone() {
    Vm template = boot();
    template.stop(deadline);
    byte[] state = template.save(deadline);
    template.kill();
    Vm clone = prepare();
    assertThat(clone.phase()).isEqualTo(VmPhase.INCOMING);
    assertThat(clone.signals().agentPort().toCompletableFuture()).isCompleted();
    clone.load(state, deadline);
    assertThat(clone.phase()).isEqualTo(VmPhase.PAUSED);
    clone.cont(deadline);
    assertThat(clone.phase()).isEqualTo(VmPhase.RUNNING);
    clone.kill();
  }

  @Test
  void garbageIsNotLoadedAsDeviceState() {
    Vm clone = prepare();
    assertThatThrownBy(() -> clone.load(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, deadline))
        .isInstanceOf(VmmException.class);
    assertThat(clone.phase()).isNotEqualTo(VmPhase.PAUSED);
    clone.kill();
  }

  @Test
  void stepsOutOfTurnAreRefused() {
    Vm vm = boot();
    refuses(Reason.ILLEGAL_PHASE, () -> vm.cont(deadline));
    refuses(Reason.ILLEGAL_PHASE, () -> vm.save(deadline));
    refuses(Reason.ILLEGAL_PHASE, () -> vm.load(new byte[1], deadline));
    refuses(Reason.ILLEGAL_PHASE, vm::detach);
    vm.stop(deadline);
    refuses(Reason.ILLEGAL_PHASE, () -> vm.stop(deadline));
    refuses(Reason.ILLEGAL_PHASE, () -> vm.grow(new Sizing(2, 128), deadline));
    vm.kill();
  }

  @Test
  void aNicNeedsARunningVmAndAFreeSlot() {
    Vm vm = boot();
    try (NetworkNamespace own =
        NetworkNamespace.open(
            Path.of("/proc/%d/ns/net".formatted(ProcessHandle.current().pid())), FileRights.OWN)) {
      refuses(Reason.RESOURCES, () -> vm.nics().attach(own, "", deadline));
      vm.stop(deadline);
      refuses(Reason.ILLEGAL_PHASE, () -> vm.nics().attach(own, "", deadline));
    }
    vm.kill();
  }

  @Test
  void aSavedVmGoesOnWhateverItsMemoryIs() {
    for (GuestRam ram : List.of(new GuestRam.Anonymous(), new GuestRam.Shared(memory))) {
      Vm vm = hypervisor().boot(launch(ram), deadline);
      vm.stop(deadline);
      assertThat(vm.save(deadline)).isNotEmpty();
      vm.cont(deadline);
      vm.check(deadline);
      vm.stop(deadline);
      assertThat(vm.save(deadline)).isNotEmpty();
      vm.kill();
    }
  }

  @Test
  void aCloneGoesOnAfterASnapshotAndSoDoClonesOfItAndOfThem() {
    Vm clone = runningClone();
    Laps laps = new Laps();
    try (VmSnapshot first = clone.snapshot(overlays, laps, deadline)) {
      assertThat(laps.all())
          .extracting(Lap::name)
          .containsExactly("copy", "stop", "state", "pages", "layers", "cont", "freeze");
      assertThat(first.pause()).isPositive();
      clone.check(deadline);
      Vm fork = runningClone(first);
      try (VmSnapshot second = fork.snapshot(overlays, new Laps(), deadline)) {
        first.close();
        Vm forkOfFork = runningClone(second);
        for (Vm vm : List.of(clone, fork, forkOfFork)) {
          assertThat(vm.phase()).isEqualTo(VmPhase.RUNNING);
          vm.check(deadline);
          vm.kill();
        }
      }
    }
  }

  @Test
  void changesOfTheRamAreAskedForOnceAndAFailureLeavesNoVm() {
    AtomicInteger asked = new AtomicInteger();
    RamChanges count = (ram, limit) -> asked.incrementAndGet();
    Launch changed = launch(new GuestRam.CopyOnWrite(memory, count));
    Vm clone = hypervisor().restore(changed, templateState(), () -> {}, deadline);
    assertThat(asked).hasValue(1);
    clone.cont(deadline);
    clone.kill();
    RamChanges broken =
        (ram, limit) -> {
          throw new VmmException(Reason.INVALID, "altered");
        };
    Launch launch = launch(new GuestRam.CopyOnWrite(memory, broken));
    refuses(
        Reason.INVALID, () -> hypervisor().restore(launch, templateState(), () -> {}, deadline));
    assertThat(launch.folder().qmpSocket()).doesNotExist();
  }

  @Test
  void anAdoptedCloneGivesASnapshot() {
    Launch launch = launch(new GuestRam.CopyOnWrite(memory));
    Vm vm = hypervisor().restore(launch, templateState(), () -> {}, deadline);
    vm.cont(deadline);
    Vm adopted = successor().adopt(survivor(launch, vm), deadline);
    try (VmSnapshot snapshot = adopted.snapshot(overlays, new Laps(), deadline)) {
      Vm fork = runningClone(snapshot);
      fork.check(deadline);
      fork.kill();
    }
    adopted.check(deadline);
    adopted.kill();
  }

  @Test
  void aSnapshotThatCannotBeIsRefusedAndTheVmGoesOn() {
    for (GuestRam ram : List.of(new GuestRam.Anonymous(), new GuestRam.Shared(memory))) {
      Vm booted = hypervisor().boot(launch(ram), deadline);
      refuses(Reason.INVALID, () -> booted.snapshot(overlays, new Laps(), deadline));
      booted.check(deadline);
      booted.kill();
    }
    Vm clone = runningClone();
    clone.grow(new Sizing(2, 128), deadline);
    refuses(Reason.INVALID, () -> clone.snapshot(overlays, new Laps(), deadline));
    clone.check(deadline);
    clone.stop(deadline);
    refuses(Reason.INVALID, () -> clone.snapshot(overlays, new Laps(), deadline));
    clone.kill();
  }

  @Test
  void aCloneThatStandsStillStaysSoWhenASnapshotIsTaken() {
    Vm clone = runningClone();
    clone.stop(deadline);
    clone.snapshot(overlays, new Laps(), deadline).close();
    assertThat(clone.phase()).isEqualTo(VmPhase.PAUSED);
    clone.check(deadline);
    clone.cont(deadline);
    clone.snapshot(overlays, new Laps(), deadline).close();
    assertThat(clone.phase()).isEqualTo(VmPhase.RUNNING);
    clone.kill();
  }

  @Test
  void killingEndsTheProcessAndRemovesTheFolderAndMayBeRepeated() {
    Launch launch = launch(new GuestRam.Shared(memory));
    Vm vm = hypervisor().boot(launch, deadline);
    assertThat(launch.folder().agentSocket()).exists();
    assertThat(launch.folder().qmpSocket()).exists();
    vm.kill();
    assertThat(vm.phase()).isEqualTo(VmPhase.EXITED);
    assertThat(vm.signals().exited().toCompletableFuture()).isCompleted();
    assertThat(vm.signals().agentPort().toCompletableFuture()).isCompletedExceptionally();
    assertThat(Files.exists(launch.folder().path())).isFalse();
    vm.kill();
    refuses(Reason.ILLEGAL_PHASE, () -> vm.stop(deadline));
  }

  @Test
  void aProcessThatEndsByItselfIsNoticed() {
    Vm vm = boot();
    endByItself(vm);
    VmExit exit = deadline.await(vm.signals().exited(), "exit");
    assertThat(exit.code()).isEqualTo(-1);
    assertThat(exit.signal()).isEqualTo(9);
    assertThat(vm.phase()).isEqualTo(VmPhase.EXITED);
    vm.kill();
  }

  @Test
  void aPassedDeadlineIsSaidAsSuchAndTheVmCanStillBeKilled() {
    Vm vm = boot();
    assertThatThrownBy(() -> vm.stop(Deadline.after(Duration.ZERO)))
        .isInstanceOf(io.vmfactory.configs.time.DeadlineExceededException.class);
    vm.kill();
  }

  @Test
  void memoryIsPluggedInWholeBlocksAndTheSumIsRight() {
    Vm vm = bootGrowing();
    assertThat(vm.grow(new Sizing(2, 129), deadline)).isEqualTo(new Sizing(2, 256));
    assertThat(vm.grow(new Sizing(1, 256), deadline)).isEqualTo(new Sizing(2, 256));
    assertThat(vm.grow(new Sizing(0, 384), deadline)).isEqualTo(new Sizing(2, 384));
    vm.kill();
  }

  @Test
  void beyondTheMaximumNothingIsPlugged() {
    Vm vm = bootGrowing();
    refuses(Reason.RESOURCES, () -> vm.grow(new Sizing(3, 256), deadline));
    refuses(Reason.RESOURCES, () -> vm.grow(new Sizing(2, 385), deadline));
    assertThat(vm.grow(new Sizing(2, 384), deadline)).isEqualTo(new Sizing(2, 384));
    vm.kill();
  }

  @Test
  void aCheckFindsAVmWellInEveryPhaseItIsOursIn() {
    Vm clone = prepare();
    clone.check(deadline);
    clone.kill();
    Vm vm = boot();
    vm.check(deadline);
    vm.stop(deadline);
    vm.check(deadline);
    vm.save(deadline);
    vm.check(deadline);
    assertThat(vm.phase()).isEqualTo(VmPhase.PAUSED);
    vm.detach();
    refuses(Reason.ILLEGAL_PHASE, () -> vm.check(deadline));
    endByItself(vm);
    deadline.await(vm.signals().exited(), "exit");
  }

  @Test
  void aCheckSaysThatAVmHasEnded() {
    Vm vm = boot();
    endByItself(vm);
    deadline.await(vm.signals().exited(), "exit");
    refuses(Reason.DIED, () -> vm.check(deadline));
    vm.kill();
  }

  @Test
  void aShellOfAnEarlierDaemonIsAdoptedAndLoaded() {
    Vm template = boot();
    template.stop(deadline);
    byte[] state = template.save(deadline);
    template.kill();
    Launch launch = launch(new GuestRam.CopyOnWrite(memory));
    Vm shell = hypervisor().prepare(launch, deadline);
    Vm adopted = successor().adopt(survivor(launch, shell), deadline);
    assertThat(adopted.phase()).isEqualTo(VmPhase.INCOMING);
    assertThat(adopted.identity()).isEqualTo(shell.identity());
    assertThat(adopted.signals().agentPort().toCompletableFuture()).isCompleted();
    adopted.check(deadline);
    adopted.load(state, deadline);
    adopted.cont(deadline);
    adopted.check(deadline);
    adopted.kill();
    assertThat(adopted.phase()).isEqualTo(VmPhase.EXITED);
    assertThat(launch.folder().path()).doesNotExist();
  }

  @Test
  void aCloneIsRestoredInOneStep() {
    Vm template = boot();
    template.stop(deadline);
    byte[] state = template.save(deadline);
    template.kill();
    List<String> reported = new ArrayList<>();
    Launch launch = launch(new GuestRam.CopyOnWrite(memory));
    Vm clone = hypervisor().restore(launch, state, () -> reported.add("answered"), deadline);
    assertThat(reported).containsExactly("answered");
    assertThat(clone.phase()).isEqualTo(VmPhase.PAUSED);
    assertThat(clone.signals().agentPort().toCompletableFuture()).isCompleted();
    refuses(Reason.ILLEGAL_PHASE, () -> clone.load(state, deadline));
    clone.cont(deadline);
    clone.check(deadline);
    clone.kill();
    assertThat(launch.folder().path()).doesNotExist();
  }

  @Test
  void aPausedAndARunningVmAreAdoptedAsTheyAre() {
    Launch paused = launch(new GuestRam.Anonymous());
    Launch running = launch(new GuestRam.Shared(memory));
    Vm first = hypervisor().boot(paused, deadline);
    first.stop(deadline);
    Vm second = hypervisor().boot(running, deadline);
    Hypervisor successor = successor();
    Vm stopped = successor.adopt(survivor(paused, first), deadline);
    assertThat(stopped.phase()).isEqualTo(VmPhase.PAUSED);
    stopped.cont(deadline);
    stopped.check(deadline);
    Vm lively = successor.adopt(survivor(running, second), deadline);
    assertThat(lively.phase()).isEqualTo(VmPhase.RUNNING);
    assertThat(lively.signals().agentPort().toCompletableFuture()).isNotDone();
    lively.stop(deadline);
    assertThat(lively.save(deadline)).isNotEmpty();
    lively.check(deadline);
    stopped.kill();
    lively.kill();
  }

  @Test
  void aHeldVmIsAdoptedWhenItsVmmAnswers() {
    Launch launch = launch(new GuestRam.Anonymous());
    Vm vm = hypervisor().boot(launch, deadline);
    assertThat(vm.signals().available().toCompletableFuture())
        .isCompletedWithValue(VmPhase.RUNNING);
    Vm held = successor().hold(survivor(launch, vm));
    assertThat(deadline.await(held.signals().available(), "answer")).isEqualTo(VmPhase.RUNNING);
    assertThat(held.phase()).isEqualTo(VmPhase.RUNNING);
    held.stop(deadline);
    held.check(deadline);
    held.kill();
    assertThat(launch.folder().path()).doesNotExist();
  }

  @Test
  void aVmThatHasEndedIsNotHeld() {
    Launch launch = launch(new GuestRam.Anonymous());
    Vm vm = hypervisor().boot(launch, deadline);
    Survivor survivor = survivor(launch, vm);
    vm.kill();
    Hypervisor successor = successor();
    refuses(Reason.DIED, () -> successor.hold(survivor));
  }

  @Test
  void theEndOfAnAdoptedVmIsNoticed() {
    Launch launch = launch(new GuestRam.Anonymous());
    Vm vm = hypervisor().boot(launch, deadline);
    Vm adopted = successor().adopt(survivor(launch, vm), deadline);
    endByItself(adopted);
    deadline.await(adopted.signals().exited(), "exit");
    assertThat(adopted.phase()).isEqualTo(VmPhase.EXITED);
    refuses(Reason.DIED, () -> adopted.check(deadline));
    adopted.kill();
    assertThat(launch.folder().path()).doesNotExist();
  }

  @Test
  void aLaterProcessOfTheSamePidIsNotAdopted() {
    Launch launch = launch(new GuestRam.Anonymous());
    Vm vm = hypervisor().boot(launch, deadline);
    VmIdentity its = vm.identity();
    Hypervisor successor = successor();
    VmIdentity later = new VmIdentity(its.id(), its.pid(), its.startTicks() + 1, its.executable());
    VmIdentity other =
        new VmIdentity(its.id(), its.pid(), its.startTicks(), Path.of("/usr/bin/other"));
    for (VmIdentity wrong : List.of(later, other)) {
      Survivor survivor = new Survivor(wrong, launch.spec(), launch.folder());
      refuses(Reason.DIED, () -> successor.adopt(survivor, deadline));
    }
    successor.adopt(survivor(launch, vm), deadline).kill();
  }

  @Test
  void aDeadVmIsNotAdoptedAndItsFolderStays() {
    Launch launch = launch(new GuestRam.Anonymous());
    Vm vm = hypervisor().boot(launch, deadline);
    endByItself(vm);
    deadline.await(vm.signals().exited(), "exit");
    Hypervisor successor = successor();
    refuses(Reason.DIED, () -> successor.adopt(survivor(launch, vm), deadline));
    assertThat(launch.folder().consoleLog()).exists();
  }

  protected static Survivor survivor(Launch launch, Vm vm) {
    return new Survivor(vm.identity(), launch.spec(), launch.folder());
  }

  /** Launches with shared memory, like a template. */
  protected Vm boot() {
    return hypervisor().boot(launch(new GuestRam.Shared(memory)), deadline);
  }

  /** Returns the device state of a VM whose RAM is in {@link #memory}. */
  protected byte[] templateState() {
    Vm template = boot();
    awaitKernel(template);
    template.stop(deadline);
    byte[] state = template.save(deadline);
    template.kill();
    return state;
  }

  /**
   * Waits until the guest's kernel runs. A clone of a VM whose firmware has not loaded the kernel
   * yet finds none.
   */
  protected void awaitKernel(Vm template) {}

  /** Returns a running clone of a template. */
  protected Vm runningClone() {
    return running(new GuestRam.CopyOnWrite(memory), templateState());
  }

  /** Returns a running clone of {@code snapshot}. */
  protected Vm runningClone(VmSnapshot snapshot) {
    return running(new GuestRam.CopyOnWrite(snapshot.memory()), snapshot.deviceState());
  }

  private Vm running(GuestRam ram, byte[] state) {
    Vm clone = hypervisor().restore(launch(ram), state, () -> {}, deadline);
    clone.cont(deadline);
    return clone;
  }

  /** Launches with the same memory copy-on-write, like a clone. */
  protected Vm prepare() {
    return hypervisor().prepare(launch(new GuestRam.CopyOnWrite(memory)), deadline);
  }

  protected Launch launch(GuestRam ram) {
    VmId id = VmId.random();
    return new Launch(id, spec(), folders.create(id), ram);
  }

  protected static void refuses(Reason reason, Runnable step) {
    assertThatThrownBy(step::run)
        .isInstanceOfSatisfying(VmmException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }
}
