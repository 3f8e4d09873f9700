package io.vmfactory.guest;

import java.time.Instant;

/**
 * A container as its guest reports it.
 *
 * @param id its id
 * @param state where it is in its life
 * @param pid process id of its first process in the guest; 0 when stopped
 * @param exitStatus valid when stopped: 0..255; 128 + signal when a signal ended it
 * @param oomKilled whether the kernel has ended one of its processes for lack of memory
 * @param createdAt time of creation by the guest's clock
 */
public record ContainerInfo(
    String id, State state, int pid, int exitStatus, boolean oomKilled, Instant createdAt) {

  /** Where a container is in its life. */
  public enum State {
    CREATED,
    RUNNING,
    PAUSED,
    STOPPED
  }
}
