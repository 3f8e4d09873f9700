package io.vmfactory.client.sandbox;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A sandbox at one moment.
 *
 * @param id its id
 * @param state where it is in its life
 * @param vm its VM; null = it has none
 * @param hostname as set in the guest; empty = it has no VM
 * @param createdAt the host's clock
 * @param ownerPid the process that has made it or started it last
 * @param annotations as given
 */
public record SandboxStatus(
    String id,
    State state,
    @Nullable SandboxVm vm,
    String hostname,
    Instant createdAt,
    long ownerPid,
    Map<String, String> annotations) {
  public SandboxStatus {
    annotations = Map.copyOf(annotations);
  }

  /** Where a sandbox is in its life. */
  public enum State {
    /** Never started. */
    CREATED,
    RUNNING,
    /** Its containers are frozen. */
    PAUSED,
    STOPPED,
    /** Its VM has ended by itself; what is left is to stop or delete it. */
    LOST
  }
}
