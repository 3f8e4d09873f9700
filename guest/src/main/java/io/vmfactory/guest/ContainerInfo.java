package io.vmfactory.guest;

import java.time.Instant;

/**
 * A container as its guest sees it.
 *
 * @param id its id
 * @param state where it is in its life
 * @param pid of its first process, in the guest; 0 when stopped
 * @param exitStatus when stopped: 0..255, 128 + signal when a signal ended it
 * @param oomKilled the kernel has ended processes of it for want of memory
 * @param createdAt the guest's clock
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
