package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.linux.ProcessIdentity;
import io.vmfactory.runtime.containers.ExecJournal.Exec;
import io.vmfactory.vmm.VmId;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Further processes in an engine's container. Each has a process on this host that stands for it;
 * if that ends first, the process in the container is killed, also by a later service.
 */
record EngineExec(Keeping keeping, ExecJournal journal) {
  private static final Logger log = LoggerFactory.getLogger(EngineExec.class);

  private static final int SIGKILL = 9;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** Returns those of a container. */
  static EngineExec of(Keeping keeping, ContainerRecord record) {
    return new EngineExec(keeping, new ExecJournal(keeping.journal().folder(record), record.id()));
  }

  /**
   * Starts a process.
   *
   * @param execId its id; a process with this id is not started again. Empty = an id is chosen
   * @param by the process that stands for the new one
   */
  ContainerProcess start(
      Container in, String execId, OciProcess process, ProcessIdentity by, Deadline deadline) {
    String id = execId.isEmpty() ? VmId.random().shortened() : execId;
    Exec recorded = journal.add(id, by);
    ContainerProcess started;
    try {
      started = once(in, id, process, deadline);
    } catch (SandboxException e) {
      recorded.forget(); // the guest has refused it
      throw e;
    }
    watch(recorded, started);
    return started;
  }

  private static ContainerProcess once(
      Container in, String execId, OciProcess process, Deadline deadline) {
    try {
      return in.exec(execId, process, deadline);
    } catch (SandboxException e) {
      if (e.reason() != Reason.ALREADY_EXISTS) {
        throw e;
      }
      return in.process(execId);
    }
  }

  /** Watches what an earlier service has started. */
  void takeOver(Container in) {
    journal.all().forEach(exec -> watch(exec, in.process(exec.id())));
  }

  private void watch(Exec exec, ContainerProcess process) {
    var unused =
        StandIn.watch(keeping, exec.standIn())
            .thenRunAsync(() -> end(exec, process), keeping.ends());
  }

  /** Kills a process; it may have ended. */
  private static void end(Exec exec, ContainerProcess process) {
    try {
      process.signal(SIGKILL, Deadline.after(LIMIT));
    } catch (RuntimeException e) {
      log.debug("process {} not killed", process.id(), e);
    }
    exec.forget();
  }
}
