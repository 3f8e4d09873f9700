package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.HostProcess;
import io.vmfactory.linux.Processes;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.qmp.QmpClient;
import io.vmfactory.vmm.qmp.QmpCommand;
import io.vmfactory.vmm.qmp.QmpCommand.Chardev;
import io.vmfactory.vmm.qmp.QmpCommand.RunState;
import io.vmfactory.vmm.qmp.QmpSession;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Takes over one QEMU that an earlier daemon started. QEMU itself reports its phase, because a
 * record can be out of date. Its answers come as events, on the thread that reads the monitor.
 */
record QemuAdoption(
    Survivor survivor, Confinement confinement, Processes processes, QmpClient monitors) {

  /** Returns the VM when QEMU has answered. A failure leaves its process as it was. */
  Vm adopt(Deadline deadline) {
    HostProcess held = process();
    QemuVm vm = hold(held);
    try {
      vm.awaitAvailable(deadline);
      return vm;
    } catch (RuntimeException e) {
      vm.letGo();
      processes.forget(held);
      throw e;
    }
  }

  /** Returns the VM at once, UNAVAILABLE until QEMU has answered. */
  Vm hold() {
    return hold(process());
  }

  private HostProcess process() {
    return processes.adopt(survivor.identity().process());
  }

  private QemuVm hold(HostProcess held) {
    try {
      QemuProcess process = confinement.adopt(held, survivor);
      QemuEvents events = new QemuEvents();
      QmpSession session = monitors.connect(survivor.folder().qmpSocket(), events);
      QemuMonitor monitor = new QemuMonitor(survivor.identity().id(), session, process);
      var connected = new QemuVm.Connected(process, monitor, events);
      QemuVm vm = new QemuVm(QemuVm.Subject.of(survivor), connected, VmPhase.UNAVAILABLE);
      vm.becomes(session.greeted().thenCompose(greeted -> answer(monitor, events, held)));
      return vm;
    } catch (RuntimeException e) {
      processes.forget(held);
      throw e;
    }
  }

  /** QEMU drops the unanswered requests of an earlier connection; this one starts afresh. */
  private CompletionStage<VmPhase> answer(
      QemuMonitor monitor, QemuEvents events, HostProcess process) {
    return monitor
        .send(QmpCommand.negotiate())
        .thenCompose(negotiated -> counted(monitor, events, process))
        .thenCompose(counted -> monitor.send(QmpCommand.status()))
        .thenCompose(
            state -> {
              VmPhase phase = phase(state);
              return catchUp(phase, monitor, events).thenApply(caughtUp -> phase);
            });
  }

  /** Counts the overlays that the earlier daemon has made, if they are bounded. */
  private static CompletionStage<?> counted(
      QemuMonitor monitor, QemuEvents events, HostProcess process) {
    OverlayBook.OfVm overlays = monitor.driveBounds().overlays();
    return overlays.isBounded()
        ? new BlockNodes(monitor, events)
            .list()
            .thenCombine(
                monitor.send(QmpCommand.fileSets()),
                (nodes, sets) -> new FoundLayers(nodes, sets, process))
            .thenAccept(found -> found.count(overlays))
        : CompletableFuture.completedFuture(null);
  }

  private VmPhase phase(RunState state) {
    VmPhase phase = RunStates.phase(state);
    if (phase == null) {
      throw new VmmException(
          Reason.FAILED,
          "VM %s cannot be adopted: QEMU says it is %s"
              .formatted(survivor.identity().id().shortened(), state.status()));
    }
    return phase;
  }

  /**
   * Sends the command that the earlier daemon may not have sent. Completes the wait for the agent's
   * port if the guest has it open: the earlier daemon has received that event.
   */
  private static CompletionStage<?> catchUp(VmPhase phase, QemuMonitor monitor, QemuEvents events) {
    return phase == VmPhase.INCOMING
        ? monitor
            .send(QmpCommand.prepareMigration())
            .thenRun(() -> events.agentPort().complete(null))
        : monitor
            .send(QmpCommand.chardevs())
            .thenAccept(
                all -> {
                  if (hasAgentPortOpen(all)) {
                    events.agentPort().complete(null);
                  }
                });
  }

  private static boolean hasAgentPortOpen(List<Chardev> all) {
    return all.stream()
        .anyMatch(device -> device.open() && device.label().equals(QemuCommandLine.AGENT_CHARDEV));
  }
}
