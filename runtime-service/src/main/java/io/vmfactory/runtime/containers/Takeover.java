package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxStatus;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.linux.ProcessIdentity;
import io.vmfactory.runtime.containers.ContainerRecord.Engine;
import io.vmfactory.runtime.containers.ContainerRecord.Exit;
import io.vmfactory.runtime.containers.ContainerRecord.Step;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over a container from an earlier service. The VM has gone on meanwhile, and the guest keeps
 * the exit status of a process until its container is removed.
 */
record Takeover(Keeping keeping) {
  private static final Logger log = LoggerFactory.getLogger(Takeover.class);
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** How long a guest may take to answer. The next service starts when all have been asked. */
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);

  private static final int KILLED = 137;

  /** Takes over a container with its VM; empty if its creation was not finished: it is removed. */
  Optional<KeptContainer> run(ContainerRecord record) {
    return run(record, deadline -> keeping.runtime().takeOver(record.sandbox(), deadline));
  }

  /** Takes over a container in another one's VM. */
  Optional<KeptContainer> run(ContainerRecord record, Supplier<Sandbox> sandbox) {
    return run(record, deadline -> sandbox.get());
  }

  private Optional<KeptContainer> run(ContainerRecord record, Function<Deadline, Sandbox> in) {
    if (record.step() == Step.MAKING) {
      remove(record);
      return Optional.empty();
    }
    Exit exit = record.exit();
    if (exit != null) {
      return ended(record, exit);
    }
    try {
      Deadline deadline = Deadline.after(LIMIT);
      if (isOnDisk(record, deadline)) {
        log.info("container {}: taken over, suspended", record.name());
        return Optional.of(KeptContainer.suspended(keeping, record));
      }
      return Optional.of(followed(record, in.apply(deadline), deadline));
    } catch (RuntimeException e) {
      return ended(record, lost(record, e));
    }
  }

  /** A guest that does not answer, because its VM is paused, has lost nothing. */
  private KeptContainer followed(ContainerRecord record, Sandbox sandbox, Deadline deadline) {
    try {
      KeptContainer found =
          KeptContainer.following(keeping, record, sandbox, null, deadline.min(ANSWER_LIMIT));
      log.info("container {}: taken over", record.name());
      return found;
    } catch (SandboxException | DeadlineExceededException e) {
      if (!isSilent(sandbox, e)) {
        throw e;
      }
      log.warn("container {}: taken over, but its guest does not answer", record.name());
      return KeptContainer.unreached(keeping, record, sandbox);
    }
  }

  /**
   * Returns whether a guest does not answer although its VM lives: it is slow, or paused. A guest
   * that says that it has no such container does answer.
   */
  private static boolean isSilent(Sandbox sandbox, RuntimeException failure) {
    if (failure instanceof SandboxException said && said.reason() == Reason.NOT_FOUND) {
      return false;
    }
    SandboxStatus.State now = sandbox.status(Deadline.after(LIMIT)).state();
    return now == SandboxStatus.State.RUNNING || now == SandboxStatus.State.PAUSED;
  }

  private boolean isOnDisk(ContainerRecord record, Deadline deadline) {
    SandboxStatus status = keeping.runtime().fetch(record.sandbox(), deadline).status(deadline);
    return new Suspension(keeping, record).isOnDisk(status, deadline);
  }

  /** Nothing is kept of a container that belongs to a command in the foreground. */
  private Optional<KeptContainer> ended(ContainerRecord record, Exit exit) {
    Optional<ProcessIdentity> client = record.client();
    if (client.isPresent()) {
      var unused =
          StandIn.watch(keeping, client.get()).thenRunAsync(() -> remove(record), keeping.ends());
      return Optional.empty();
    }
    ContainerRecord ended = record.with(exit);
    if (exit.reason().isEmpty()) {
      endVmWhenRead(ended);
    } else {
      endVm(ended);
    }
    return Optional.of(KeptContainer.ended(keeping, ended, exit));
  }

  private void remove(ContainerRecord record) {
    try {
      ContainerEnd.remove(keeping, record, () -> sandbox(record), Deadline.after(LIMIT));
      log.info("container {}: removed", record.name());
    } catch (RuntimeException e) {
      log.warn("container {} cannot be removed: {}", record.name(), ErrorText.of(e));
    }
  }

  /** The stand-in of an engine's container may still read the rest of the output. */
  private void endVmWhenRead(ContainerRecord record) {
    Engine engine = record.engine();
    if (engine == null) {
      endVm(record);
    } else {
      var unused =
          StandIn.watch(keeping, engine.standIn())
              .thenRunAsync(() -> endVm(record), keeping.ends());
    }
  }

  /** The earlier service may have been killed before it did so. */
  private void endVm(ContainerRecord record) {
    ContainerEnd.endVm(record, () -> sandbox(record));
  }

  private Sandbox sandbox(ContainerRecord record) {
    return keeping.runtime().fetch(record.sandbox(), Deadline.after(LIMIT));
  }

  private Exit lost(ContainerRecord record, RuntimeException why) {
    boolean expected = why instanceof SandboxException e && e.reason() == Reason.LOST;
    log.warn("container {}: {}", record.name(), ErrorText.of(why), expected ? null : why);
    Exit exit =
        new Exit(KILLED, keeping.clock().now().toString(), String.valueOf(why.getMessage()));
    keeping.journal().write(record.with(exit));
    return exit;
  }
}
