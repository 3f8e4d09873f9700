package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.linux.ProcessIdentity;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts further processes in a container, for an engine. */
final class EngineExec {
  private static final Logger log = LoggerFactory.getLogger(EngineExec.class);

  private static final int SIGKILL = 9;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private EngineExec() {}

  /**
   * Starts a process.
   *
   * @param execId its id; a process with this id is not started again. Empty = an id is chosen
   * @param by the process that stands for the new one; if it ends first, the new one is killed
   */
  static ContainerProcess start(
      Keeping keeping,
      Container in,
      String execId,
      OciProcess process,
      ProcessIdentity by,
      Deadline deadline) {
    ContainerProcess started =
        execId.isEmpty() ? in.exec(like -> process, deadline) : once(in, execId, process, deadline);
    var unused = StandIn.watch(keeping, by).thenRunAsync(() -> kill(started), keeping.ends());
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

  /** Kills a process; it may have ended. */
  private static void kill(ContainerProcess process) {
    try {
      process.signal(SIGKILL, Deadline.after(LIMIT));
    } catch (RuntimeException e) {
      log.debug("process {} not killed", process.id(), e);
    }
  }
}
