package io.vmfactory.guest;

import io.vmfactory.configs.time.Deadline;
import java.time.Duration;
import java.util.List;

/**
 * The containers of a guest's sandbox. Errors as in {@link GuestAgent}; NOT_FOUND for an unknown
 * id, FAILED_PRECONDITION for a step that the container's state forbids.
 */
public interface GuestContainers {
  /** Makes a container; its first process exists and waits for {@link #start}. */
  void create(ContainerRequest request, Deadline deadline);

  /** Lets a created container run. */
  void start(String id, Deadline deadline);

  /**
   * Ends what still runs of a container and removes it, its mounts and its cgroup.
   *
   * @param grace how long its end may take; zero = as long as it takes
   */
  void remove(String id, Duration grace, Deadline deadline);

  /** Changes the limits of a container that runs or is created. */
  void update(String id, ResourceLimits limits, Deadline deadline);

  /** What a container uses. */
  ContainerStats stats(String id, Deadline deadline);

  /** Freezes all of a container's processes. */
  void pause(String id, Deadline deadline);

  /** Thaws them. */
  void resume(String id, Deadline deadline);

  /** All containers, in the order of their creation. */
  List<ContainerInfo> list(Deadline deadline);

  /** The processes in a container, by pid. */
  List<ProcessInfo> processes(String id, Deadline deadline);
}
