package io.vmfactory.guest;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciProcess;
import io.vmfactory.guest.oci.ResourceLimits;
import java.time.Duration;
import java.util.List;

/**
 * The containers of a guest's sandbox. Errors as in {@link GuestAgent}; NOT_FOUND for an unknown
 * id, FAILED_PRECONDITION for a step that the container's state does not allow.
 */
public interface GuestContainers {
  /** Creates a container. Its first process exists and waits for {@link #start}. */
  void create(ContainerRequest request, Deadline deadline);

  /** Starts a created container. */
  void start(String id, Deadline deadline);

  /**
   * Starts a created container with the arguments, variables and directory of {@code program}; its
   * other properties are those of the creation. FAILED_PRECONDITION if the container was created
   * without {@link ContainerRequest#programAtStart}.
   */
  void start(String id, OciProcess program, Deadline deadline);

  /**
   * Gives a container that was created with {@link ContainerRequest#programAtStart}, and whose
   * program has not begun, another id and another program, as if it had been created so. Only
   * arguments, variables and directory of {@code program} count. ALREADY_EXISTS if another
   * container has the id.
   */
  void reuse(String id, String newId, OciProcess program, Deadline deadline);

  /**
   * Ends a container's processes and removes it with its mounts and its cgroup.
   *
   * @param grace how long the end may take; zero = no limit
   */
  void remove(String id, Duration grace, Deadline deadline);

  /** Changes the limits of a created or running container. */
  void update(String id, ResourceLimits limits, Deadline deadline);

  /** Returns what a container uses. */
  ContainerStats stats(String id, Deadline deadline);

  /** Freezes all of a container's processes. */
  void pause(String id, Deadline deadline);

  /** Thaws all of a container's processes. */
  void resume(String id, Deadline deadline);

  /** Returns all containers, in the order of their creation. */
  List<ContainerInfo> list(Deadline deadline);

  /** Returns a container's first process as it was asked for at the container's creation. */
  OciProcess process(String id, Deadline deadline);

  /** Returns whether a file exists in a container. Needs no program there. */
  boolean hasFile(String id, String path, Deadline deadline);

  /** Returns whether a socket listens at a TCP port of the guest, 1..65535. */
  boolean listens(String id, int port, Deadline deadline);

  /** Returns the processes in a container, by pid. */
  List<ProcessInfo> processes(String id, Deadline deadline);
}
