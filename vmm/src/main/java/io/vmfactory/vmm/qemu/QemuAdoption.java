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
import org.jspecify.annotations.Nullable;

/**
 * Takes over one QEMU that an earlier daemon started. QEMU itself reports its phase, because a
 * record can be out of date.
 */
record QemuAdoption(
    Survivor survivor, @Nullable Jail jail, Processes processes, QmpClient monitors) {

  /** Returns the VM. A failure leaves its process as it was. */
  Vm adopt(Deadline deadline) {
    HostProcess held = processes.adopt(survivor.identity().process());
    try {
      if (jail != null) {
        jail.users().keep(held);
      }
      return connect(new QemuProcess(held, survivor.folder().vmmLog()), deadline);
    } catch (RuntimeException e) {
      processes.forget(held);
      throw e;
    }
  }

  /** QEMU drops the unanswered requests of an earlier connection; this one starts afresh. */
  private Vm connect(QemuProcess process, Deadline deadline) {
    QemuEvents events = new QemuEvents();
    QmpSession session = monitors.connect(survivor.folder().qmpSocket(), events);
    try {
      QemuMonitor monitor = new QemuMonitor(survivor.identity().id(), session, process);
      monitor.await(session.greeted(), "QEMU's monitor to answer", deadline);
      monitor.execute(QmpCommand.negotiate(), deadline);
      VmPhase phase = phase(monitor.execute(QmpCommand.status(), deadline));
      catchUp(phase, monitor, events, deadline);
      var connected = new QemuVm.Connected(process, monitor, events);
      return new QemuVm(QemuVm.Subject.of(survivor), connected, phase);
    } catch (RuntimeException e) {
      session.close();
      throw e;
    }
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
  private static void catchUp(
      VmPhase phase, QemuMonitor monitor, QemuEvents events, Deadline deadline) {
    if (phase == VmPhase.INCOMING) {
      monitor.execute(QmpCommand.prepareMigration(), deadline);
      events.agentPort().complete(null);
    } else if (hasAgentPortOpen(monitor.execute(QmpCommand.chardevs(), deadline))) {
      events.agentPort().complete(null);
    }
  }

  private static boolean hasAgentPortOpen(List<Chardev> all) {
    return all.stream()
        .anyMatch(device -> device.open() && device.label().equals(QemuCommandLine.AGENT_CHARDEV));
  }
}
