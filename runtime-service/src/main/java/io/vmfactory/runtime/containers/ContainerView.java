package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.configs.time.Deadline;

/**
 * A container at one moment.
 *
 * @param record what the journal says about it
 * @param state where it is in its life
 * @param vmId the id of its VM; empty if it has none any more
 * @param stdout what it has written to its standard output
 * @param stderr what it has written to its standard error
 */
public record ContainerView(
    ContainerRecord record, State state, String vmId, End stdout, End stderr) {
  /** Where a container is in its life. */
  public enum State {
    CREATED,
    RUNNING,
    /** All of its processes are frozen. */
    PAUSED,
    /** Its VM is on disk. */
    SUSPENDED,
    STOPPED;

    /** Returns the state that the guest says; the end of a process is another event. */
    static State of(Container container, Deadline deadline) {
      return switch (container.status(deadline).state()) {
        case CREATED -> CREATED;
        case PAUSED -> PAUSED;
        default -> RUNNING;
      };
    }
  }

  /**
   * The end of an output.
   *
   * @param position the number of bytes so far
   * @param complete whether no more follow
   */
  public record End(long position, boolean complete) {}
}
