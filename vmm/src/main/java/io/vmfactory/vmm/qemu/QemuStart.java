package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.Descriptor;
import io.vmfactory.linux.MemoryFile;
import io.vmfactory.linux.OwnerOnly;
import io.vmfactory.linux.Processes;
import io.vmfactory.linux.Program;
import io.vmfactory.linux.StateFile;
import io.vmfactory.linux.UnixListener;
import io.vmfactory.vmm.Accelerator;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.qmp.QmpClient;
import io.vmfactory.vmm.qmp.QmpCommand;
import io.vmfactory.vmm.qmp.QmpSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Starts one QEMU: makes its sockets, starts the process, negotiates the monitor. A failure leaves
 * nothing.
 *
 * @param program QEMU's executable
 * @param confinement keeps QEMU apart
 */
record QemuStart(Path program, Confinement confinement, Processes processes, QmpClient monitors) {

  /** Starts {@code launch} and lets its guest run. */
  QemuVm.Connected boot(Launch launch, List<String> arguments, Deadline deadline) {
    // The guest starts after events are on, so the event of the agent's port is not missed.
    return start(launch, arguments, new byte[0], List.of(QmpCommand.cont()), deadline);
  }

  /** Starts {@code launch}, which waits for its device state or loads the state it inherited. */
  QemuVm.Connected incoming(
      Launch launch, List<String> arguments, Optional<byte[]> state, Deadline deadline) {
    List<QmpCommand<?>> then = state.isPresent() ? List.of(loadState()) : List.of();
    return start(launch, arguments, state.orElse(new byte[0]), then, deadline);
  }

  /** Returns the command that loads the device state from the inherited file. */
  static QmpCommand<?> loadState() {
    return QmpCommand.migrateIncoming("fd:" + Inheritance.STATE);
  }

  private QemuVm.Connected start(
      Launch launch,
      List<String> arguments,
      byte[] deviceState,
      List<QmpCommand<?>> then,
      Deadline deadline) {
    try {
      QemuProcess process = spawn(launch, arguments, deviceState);
      try {
        return negotiate(launch, process, then, deadline);
      } catch (RuntimeException e) {
        process.end();
        throw e;
      }
    } catch (RuntimeException e) {
      launch.folder().removeVmmFiles();
      throw e;
    }
  }

  private QemuProcess spawn(Launch launch, List<String> arguments, byte[] deviceState) {
    Path log = launch.folder().vmmLog();
    try (Descriptor console = log(launch.folder().consoleLog());
        UnixListener qmp = UnixListener.open(launch.folder().qmpSocket());
        AgentPorts agents = AgentPorts.listen(launch.folder());
        StateFile state = StateFile.create("vmfactory-state");
        NicSlots.OpenTaps taps = NicSlots.of(launch.id(), launch.spec()).open()) {
      state.put(deviceState);
      // In the order of Inheritance.
      List<Integer> inherited = new ArrayList<>(List.of(qmp.descriptor(), console.number()));
      inherited.addAll(agents.descriptors());
      inherited.add(state.descriptor());
      inherited.addAll(memory(launch.ram()));
      inherited.addAll(taps.descriptors());
      Program qemu = new Program(program, arguments, log, inherited, smallPages(launch));
      return confinement.start(qemu, launch, processes);
    }
  }

  /**
   * QEMU asks for huge pages for all of a guest's memory, ACPI tables included: 2 MiB of each
   * process for 128 KiB of tables. A clone's RAM is a file and cannot have huge pages. Hot-plugged
   * memory could have them, which matters only under KVM.
   */
  private static boolean smallPages(Launch launch) {
    return launch.ram() instanceof GuestRam.CopyOnWrite
        && launch.spec().machine().accelerator() == Accelerator.TCG;
  }

  private static Descriptor log(Path file) {
    try {
      return OwnerOnly.log(file);
    } catch (IOException e) {
      throw new VmmException(VmmException.Reason.FAILED, "cannot make " + file, e);
    }
  }

  private static List<Integer> memory(GuestRam ram) {
    MemoryFile file = null;
    if (ram instanceof GuestRam.Shared shared) {
      file = shared.file();
    } else if (ram instanceof GuestRam.CopyOnWrite clone) {
      file = clone.file();
    }
    return file == null ? List.of() : List.of(file.descriptor());
  }

  private QemuVm.Connected negotiate(
      Launch launch, QemuProcess process, List<QmpCommand<?>> then, Deadline deadline) {
    QemuEvents events = new QemuEvents();
    QmpSession session = monitors.connect(launch.folder().qmpSocket(), events);
    QemuMonitor monitor = new QemuMonitor(launch.id(), session, process);
    // Sends all commands before QEMU runs: it reads them at its start, without a round trip for
    // each.
    List<CompletionStage<?>> replies = new ArrayList<>();
    replies.add(monitor.send(QmpCommand.negotiate()));
    replies.add(monitor.send(QmpCommand.prepareMigration()));
    then.forEach(command -> replies.add(monitor.send(command)));
    replies.forEach(reply -> monitor.await(reply, "QEMU's monitor to answer", deadline));
    return new QemuVm.Connected(process, monitor, events);
  }
}
