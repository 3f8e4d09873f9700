package io.vmfactory.runtime.containers;

import io.vmfactory.client.machine.SuspendedMachine;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxException;
import io.vmfactory.client.sandbox.SandboxException.Reason;
import io.vmfactory.client.sandbox.SandboxStatus;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.runtime.containers.ContainerView.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the VM of a container gets to disk. That it is there is in the record of its sandbox and in
 * the daemon's; the record of the container says nothing about it.
 */
record Suspension(Keeping keeping, ContainerRecord record) {
  /**
   * Stores the VM. If this throws, it goes on.
   *
   * @param state the state of the container
   */
  SuspendedMachine store(State state, @Nullable Duration ttl, Deadline deadline) {
    if (state == State.STOPPED) {
      throw refused(Reason.WRONG_STATE, "it has stopped");
    }
    if (record.client().isPresent()) {
      return letGo(ttl, deadline);
    }
    if (record.engine() != null) {
      throw refused(
          Reason.UNSUPPORTED,
          "processes of its engine use it; pause its VM instead (vmfactory pause %s)"
              .formatted(record.sandbox()));
    }
    return keeping.runtime().suspendVm(record.sandbox(), ttl, deadline);
  }

  private SandboxException refused(Reason reason, String why) {
    return new SandboxException(
        reason, "cannot suspend container %s: %s".formatted(record.name(), why));
  }

  /** The sandbox of a command in the foreground belongs to no process when it is resumed. */
  private SuspendedMachine letGo(@Nullable Duration ttl, Deadline deadline) {
    keeping.journal().remove(record);
    try {
      return keeping.runtime().suspendVm(record.sandbox(), ttl, deadline);
    } catch (RuntimeException | Error e) {
      if (keeping.journal().hasSandbox(record)) {
        keeping.journal().write(record);
      }
      throw e;
    }
  }

  /** Returns when the lease of the VM ends, if the daemon has it still. */
  Optional<Instant> leaseEnd(Deadline deadline) {
    Sandbox sandbox = keeping.runtime().fetch(record.sandbox(), deadline);
    String lease = sandbox.status(deadline).leaseId();
    return keeping.leases().factory().daemon().leaseEnd(lease, deadline);
  }

  /**
   * Returns whether the VM of a sandbox is on disk, also if another client than this service has
   * asked the daemon for it.
   */
  boolean isOnDisk(SandboxStatus status, Deadline deadline) {
    return switch (status.state()) {
      case SUSPENDED -> true;
      case LOST ->
          keeping.runtime().suspended(deadline).stream()
              .anyMatch(vm -> vm.leaseId().equals(status.leaseId()));
      default -> false;
    };
  }
}
