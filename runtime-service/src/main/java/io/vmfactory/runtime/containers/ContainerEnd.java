package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxStatus;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What goes with a container: its VM, or if it shares another one's VM, only what it has there. */
final class ContainerEnd {
  private static final Logger log = LoggerFactory.getLogger(ContainerEnd.class);
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** How it is reported that the VM, and all in it, is gone before. */
  private static final Set<Reason> GONE = Set.of(Reason.NOT_FOUND, Reason.LOST, Reason.WRONG_STATE);

  private ContainerEnd() {}

  /** Ends the VM of a container that has ended. Another container's VM goes on. */
  static void endVm(ContainerRecord record, Supplier<Sandbox> sandbox) {
    if (record.sharesVm()) {
      return;
    }
    try {
      Sandbox in = sandbox.get();
      if (in.status(Deadline.after(LIMIT)).state() != SandboxStatus.State.STOPPED) {
        in.stop(Deadline.after(LIMIT));
      }
    } catch (RuntimeException e) {
      log.warn("container {}: its VM ends with its lease: {}", record.name(), ErrorText.of(e));
    }
  }

  /** Removes a container with all that belongs to it. Has no effect if that is gone. */
  static void remove(
      Keeping keeping, ContainerRecord record, Supplier<Sandbox> sandbox, Deadline deadline) {
    try {
      if (record.sharesVm()) {
        sandbox.get().container(record.id(), deadline).delete(deadline);
      } else {
        sandbox.get().delete(deadline);
      }
    } catch (SandboxException e) {
      if (!(record.sharesVm() ? GONE.contains(e.reason()) : e.reason() == Reason.NOT_FOUND)) {
        throw e;
      }
    }
    keeping.journal().remove(record);
  }
}
