package io.vmfactory.client.sandbox;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The status of a sandbox at one moment.
 *
 * @param id its id
 * @param state its state
 * @param vm its VM; null if it has none
 * @param hostname the host name set in the guest; empty without a VM
 * @param createdAt by the host's clock
 * @param ownerPid the process that created it or started it last; 0 if it is suspended
 * @param annotations the annotations of its specification
 * @param leaseId the lease of its VM, also if that is suspended; empty if it has none
 */
public record SandboxStatus(
    String id,
    State state,
    @Nullable SandboxVm vm,
    String hostname,
    Instant createdAt,
    long ownerPid,
    Map<String, String> annotations,
    String leaseId) {
  public SandboxStatus {
    annotations = Map.copyOf(annotations);
  }

  /** The state of a sandbox. */
  public enum State {
    /** Never started. */
    CREATED,
    RUNNING,
    /** Its containers are frozen. */
    PAUSED,
    STOPPED,
    /** Its VM is on disk. See {@link SandboxRuntime#resumeVm}. */
    SUSPENDED,
    /** Its VM has ended unexpectedly. Stop or delete the sandbox. */
    LOST
  }
}
