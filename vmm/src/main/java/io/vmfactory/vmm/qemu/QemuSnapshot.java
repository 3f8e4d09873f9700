package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.linux.HostProcess;
import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.MemoryFiles;
import io.vmfactory.linux.OsException;
import io.vmfactory.linux.ProcessRam;
import io.vmfactory.vmm.FrozenDrive;
import io.vmfactory.vmm.VmSnapshot;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.qmp.QmpCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Takes a snapshot of one running clone. The CPUs stand still only while the device state is saved
 * and the pages are copied that the clone has written: what its template holds is copied before.
 */
record QemuSnapshot(
    QemuVm.Subject subject, HostProcess process, QemuMonitor monitor, QemuEvents events) {
  private static final long MIB = 1 << 20;

  /** What was copied while the CPUs stood still. */
  private record Moment(byte[] state, long writtenBytes, Duration pause) {}

  /**
   * Returns the snapshot.
   *
   * @param runs whether the VM runs; then it runs when this returns or throws
   */
  VmSnapshot take(boolean runs, Path overlayDir, Laps laps, Deadline deadline) {
    try {
      requirePossible(deadline);
      return taken(runs, overlayDir, laps, deadline);
    } catch (OsException e) {
      throw Thread.currentThread().isInterrupted()
          ? new CancelledException("cancelled while taking a snapshot", e)
          : e;
    }
  }

  private void requirePossible(Deadline deadline) {
    if (!Files.exists(subject.folder().gateSocket())) {
      throw impossible("an earlier version of vmfactory started it; get a new VM");
    }
    if (new HotPlug(subject.spec(), monitor).isGrown(deadline)) {
      throw impossible(
          "CPUs or memory were plugged into it; get a VM that has them from its template");
    }
    if (NicSlots.of(subject.id(), subject.spec()).anyAttached()) {
      throw impossible("it has a NIC, which its clone would have too; fork before AttachNic");
    }
  }

  private VmSnapshot taken(boolean runs, Path overlayDir, Laps laps, Deadline deadline) {
    VmSpec spec = subject.spec();
    long bytes = spec.boot().memoryMib() * MIB;
    QemuDrives drives = new QemuDrives(spec.devices(), monitor, events);
    DriveLayers layers = DriveLayers.find(drives, deadline);
    MemoryFile memory = MemoryFiles.create("vmfactory-snapshot", bytes);
    try (ProcessRam ram = ram(bytes);
        DeviceState state = new DeviceState(monitor)) {
      ram.copyFile(memory, deadline);
      // These pages are copied again during the pause, and then there is room for most of them. No
      // device of the VM gives pages back, so none of them can become the template's again.
      ram.copyWritten(memory, deadline);
      layers.prepare(overlayDir, deadline);
      state.await(deadline);
      laps.lap("copy");
      Moment moment = new Pause(runs, ram, memory, state, layers).run(laps, deadline);
      memory.seal();
      layers.freeze(deadline);
      List<FrozenDrive> frozen = layers.frozen(process, deadline);
      laps.lap("freeze");
      return new VmSnapshot(
          spec, memory, moment.state(), frozen, moment.writtenBytes(), moment.pause());
    } catch (RuntimeException | Error e) {
      memory.close();
      throw e;
    }
  }

  private ProcessRam ram(long bytes) {
    try {
      return ProcessRam.open(process, Inheritance.RAM, bytes);
    } catch (OsException e) {
      throw e.kind() == OsException.Kind.INVALID
          ? impossible("it is no clone of a template; get one by another route than COLD")
          : e;
    }
  }

  private static VmmException impossible(String why) {
    return new VmmException(Reason.INVALID, "no snapshot of this VM can be taken: " + why);
  }

  /** The time in which the CPUs stand still. */
  private final class Pause {
    private final boolean runs;
    private final ProcessRam ram;
    private final MemoryFile memory;
    private final DeviceState state;
    private final DriveLayers layers;

    Pause(boolean runs, ProcessRam ram, MemoryFile memory, DeviceState state, DriveLayers layers) {
      this.runs = runs;
      this.ram = ram;
      this.memory = memory;
      this.state = state;
      this.layers = layers;
    }

    /** Stops the VM, copies, and lets it run again if it ran, also when this fails. */
    Moment run(Laps laps, Deadline deadline) {
      long begun = System.nanoTime();
      long writtenBytes;
      try {
        if (runs) {
          monitor.execute(QmpCommand.stop(), deadline);
        }
        laps.lap("stop");
        monitor.await(state.send(), "the device state to be saved", deadline);
        laps.lap("state");
        writtenBytes = ram.copyWritten(memory, deadline);
        laps.lap("pages");
        layers.grow(deadline);
        laps.lap("layers");
      } catch (RuntimeException | Error e) {
        // QEMU executes commands in order, so the VM runs again even if this thread cannot wait.
        layers.undo();
        if (runs) {
          monitor.send(QmpCommand.cont());
        }
        layers.closeUndone();
        throw e;
      }
      if (runs) {
        monitor.execute(QmpCommand.cont(), deadline);
      }
      laps.lap("cont");
      return new Moment(state.content(), writtenBytes, Duration.ofNanos(System.nanoTime() - begun));
    }
  }
}
