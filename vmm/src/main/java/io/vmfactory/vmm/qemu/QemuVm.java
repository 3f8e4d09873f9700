package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.linux.HostProcess;
import io.vmfactory.linux.NetworkNamespace;
import io.vmfactory.linux.ProcessRam;
import io.vmfactory.vmm.DriveImage;
import io.vmfactory.vmm.DrivePlace;
import io.vmfactory.vmm.FrozenDrive;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.NicPlace;
import io.vmfactory.vmm.RamChanges;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmDrives;
import io.vmfactory.vmm.VmExit;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import io.vmfactory.vmm.VmNics;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmPhases;
import io.vmfactory.vmm.VmSignals;
import io.vmfactory.vmm.VmSnapshot;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.qmp.QmpCommand;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** One QEMU process as a VM. */
final class QemuVm implements Vm {
  private static final long MIB = 1 << 20;

  private final Subject subject;
  private final QemuProcess process;
  private final QemuMonitor monitor;
  private final QemuEvents events;
  private final VmPhases phases;
  private final CompletableFuture<VmPhase> available = new CompletableFuture<>();
  private final CompletableFuture<VmExit> exited = new CompletableFuture<>();
  private final ReentrantLock steps = new ReentrantLock();

  /**
   * @param first INCOMING, PAUSED or RUNNING; UNAVAILABLE if {@link #becomes} follows
   */
  QemuVm(Subject subject, Connected running, VmPhase first) {
    this.subject = subject;
    this.process = running.process();
    this.monitor = running.monitor();
    this.events = running.events();
    this.phases = new VmPhases(subject.id());
    phases.enter(first);
    if (first != VmPhase.UNAVAILABLE) {
      available.complete(first);
    }
    process.exited().thenAccept(this::ended);
  }

  /** The VM's id, spec and folder. */
  record Subject(VmId id, VmSpec spec, VmFolder folder) {
    static Subject of(Launch launch) {
      return new Subject(launch.id(), launch.spec(), launch.folder());
    }

    static Subject of(Survivor survivor) {
      return new Subject(survivor.identity().id(), survivor.spec(), survivor.folder());
    }
  }

  /** A running process with its monitor negotiated. */
  record Connected(QemuProcess process, QemuMonitor monitor, QemuEvents events) {}

  /** Runs on the watcher's thread. */
  private void ended(VmExit exit) {
    phases.enter(VmPhase.EXITED);
    monitor.close();
    events.died(
        new VmmException(
            Reason.DIED, "QEMU of VM %s ended: %s".formatted(subject.id().shortened(), exit)));
    exited.complete(exit);
  }

  /** Makes an UNAVAILABLE VM enter the phase that QEMU reports, when it does. */
  void becomes(CompletionStage<VmPhase> reported) {
    var unused =
        reported
            .thenAccept(
                phase -> {
                  phases.enter(phase);
                  available.complete(phase);
                })
            .exceptionally(
                failure -> {
                  available.completeExceptionally(
                      failure instanceof CompletionException ? failure.getCause() : failure);
                  return null;
                });
  }

  /** Waits until QEMU has answered. */
  void awaitAvailable(Deadline deadline) {
    monitor.await(available, "QEMU's monitor to answer", deadline);
  }

  /** Closes the monitor; the process lives on. */
  void letGo() {
    monitor.close();
  }

  @Override
  public VmIdentity identity() {
    HostProcess host = process.process();
    return new VmIdentity(subject.id(), host.pid(), host.startTicks(), host.executable());
  }

  @Override
  public VmPhase phase() {
    return phases.current();
  }

  @Override
  public VmSignals signals() {
    return new VmSignals(
        available.minimalCompletionStage(), exited.minimalCompletionStage(), events.agentPort());
  }

  @Override
  public void check(Deadline deadline) {
    step("check", deadline, () -> doCheck(deadline));
  }

  private Object doCheck(Deadline deadline) {
    phases.requireOurs("check");
    QmpCommand.RunState state = monitor.execute(QmpCommand.status(), deadline);
    if (RunStates.phase(state) != phases.current()) {
      throw new VmmException(
          Reason.FAILED,
          "QEMU of VM %s says it is %s, which is not %s"
              .formatted(subject.id().shortened(), state.status(), phases.current()));
    }
    return phases;
  }

  @Override
  public void load(byte[] deviceState, Deadline deadline) {
    step(VmPhase.INCOMING, "load", deadline, () -> doLoad(deviceState, deadline));
  }

  private Object doLoad(byte[] deviceState, Deadline deadline) {
    process.process().put(Inheritance.STATE, deviceState);
    monitor.execute(QemuStart.loadState(), deadline);
    return loaded(deadline);
  }

  /** Changes the RAM of an INCOMING clone. */
  void change(RamChanges changes, Deadline deadline) {
    step(
        VmPhase.INCOMING,
        "change the RAM of",
        deadline,
        () -> {
          long bytes = subject.spec().boot().memoryMib() * MIB;
          try (ProcessRam ram = ProcessRam.open(process.process(), Inheritance.RAM, bytes)) {
            changes.writeTo(ram::write, deadline);
          }
          return changes;
        });
  }

  /** Waits until a running load has ended: INCOMING to PAUSED. */
  void awaitLoaded(Deadline deadline) {
    step(VmPhase.INCOMING, "load", deadline, () -> loaded(deadline));
  }

  private Object loaded(Deadline deadline) {
    monitor.await(events.migrated(), "the device state to be loaded", deadline);
    phases.enter(VmPhase.PAUSED);
    return phases;
  }

  @Override
  public void cont(Deadline deadline) {
    step(
        VmPhase.PAUSED,
        "continue",
        deadline,
        () -> command(QmpCommand.cont(), VmPhase.RUNNING, deadline));
  }

  @Override
  public void stop(Deadline deadline) {
    step(
        VmPhase.RUNNING,
        "stop",
        deadline,
        () -> command(QmpCommand.stop(), VmPhase.PAUSED, deadline));
  }

  private Object command(QmpCommand<?> command, VmPhase next, Deadline deadline) {
    Object reply = monitor.execute(command, deadline);
    phases.enter(next);
    return reply;
  }

  @Override
  public byte[] save(Deadline deadline) {
    return step(VmPhase.PAUSED, "save", deadline, () -> doSave(deadline));
  }

  private byte[] doSave(Deadline deadline) {
    try (DeviceState state = new DeviceState(monitor)) {
      return state.save(deadline);
    }
  }

  @Override
  public VmSnapshot snapshot(Path overlayDir, Laps laps, Deadline deadline) {
    var snapshot = new QemuSnapshot(subject, process.process(), monitor, events);
    String name = "take a snapshot of";
    return step(
        name,
        deadline,
        () -> {
          boolean runs = phases.current() != VmPhase.PAUSED;
          if (runs) {
            phases.require(VmPhase.RUNNING, name);
          }
          return snapshot.take(runs, overlayDir, laps, deadline);
        });
  }

  @Override
  public Sizing grow(Sizing wanted, Deadline deadline) {
    return step(VmPhase.RUNNING, "plug", deadline, () -> doGrow(wanted, deadline));
  }

  private Sizing doGrow(Sizing wanted, Deadline deadline) {
    HotPlug plug = new HotPlug(subject.spec(), monitor);
    return plug.grow(wanted, process.bounds().group(), events, deadline);
  }

  @Override
  public VmDrives drives() {
    return new Drives();
  }

  private final class Drives implements VmDrives {
    private final QemuDrives drives = new QemuDrives(subject.spec().devices(), monitor, events);

    @Override
    public DrivePlace attach(DriveImage image, Deadline deadline) {
      return step(
          VmPhase.RUNNING, "attach a drive to", deadline, () -> drives.attach(image, deadline));
    }

    @Override
    public void detach(String id, Deadline deadline) {
      step(
          VmPhase.RUNNING,
          "detach a drive from",
          deadline,
          () -> {
            drives.detach(id, deadline);
            return phases;
          });
    }

    @Override
    public void restore(List<FrozenDrive> frozen, Path overlayDir, Deadline deadline) {
      step(
          VmPhase.PAUSED,
          "restore the drives of",
          deadline,
          () -> {
            frozen.forEach(drive -> drives.restore(drive, overlayDir, deadline));
            return phases;
          });
    }

    @Override
    public List<DrivePlace> list(Deadline deadline) {
      return step(VmPhase.RUNNING, "list the drives of", deadline, () -> drives.list(deadline));
    }
  }

  @Override
  public VmNics nics() {
    return new Nics();
  }

  private final class Nics implements VmNics {
    private final NicSlots slots = NicSlots.of(subject.id(), subject.spec());

    @Override
    public NicPlace attach(NetworkNamespace target, String name, Deadline deadline) {
      return step(
          VmPhase.RUNNING,
          "attach a NIC to",
          deadline,
          () -> slots.attach(target, name, monitor, deadline));
    }

    @Override
    public NicPlace detach(NetworkNamespace from, String name, Deadline deadline) {
      return step(
          VmPhase.RUNNING,
          "detach a NIC from",
          deadline,
          () -> slots.detach(from, name, monitor, deadline));
    }
  }

  @Override
  public void detach() {
    phases.require(VmPhase.PAUSED, "detach");
    phases.enter(VmPhase.DETACHED);
    monitor.close();
  }

  @Override
  public void kill() {
    if (phases.current() == VmPhase.DETACHED) {
      phases.require(VmPhase.PAUSED, "kill");
    }
    VmmException.translate(process::end);
    exited.join();
    subject.folder().remove();
  }

  /**
   * Runs one step at a time, in its phase. {@link #kill} does not wait here, so it ends a step that
   * hangs.
   */
  private <T> T step(VmPhase needed, String name, Deadline deadline, Supplier<T> body) {
    return step(
        name,
        deadline,
        () -> {
          phases.require(needed, name);
          return body.get();
        });
  }

  private <T> T step(String name, Deadline deadline, Supplier<T> body) {
    enter(name, deadline);
    try {
      deadline.check("step " + name + " of VM " + subject.id().shortened());
      return VmmException.translate(body);
    } finally {
      steps.unlock();
    }
  }

  private void enter(String name, Deadline deadline) {
    try {
      if (!steps.tryLock()
          && !steps.tryLock(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
        throw deadline.exceeded("another step of the VM to end before " + name);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new io.vmfactory.configs.time.CancelledException("cancelled before " + name, e);
    }
  }
}
