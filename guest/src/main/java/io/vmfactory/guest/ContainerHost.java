package io.vmfactory.guest;

import io.vmfactory.configs.time.Deadline;

/** A guest that runs containers: the calls of Kata's agent protocol, grouped by subject. */
public interface ContainerHost {
  /** Returns the calls for the sandbox, which all containers of this guest share. */
  GuestSandbox sandbox();

  /** Returns the calls for the containers. */
  GuestContainers containers();

  /** Returns the calls for the processes in the containers. */
  GuestProcesses processes();

  /** Returns the calls for the guest's network interfaces and routes. */
  GuestNetwork network();

  /** Returns the calls for the commands that run before a snapshot and after a restore. */
  GuestHooks hooks();

  /** Returns the guest's metrics in the Prometheus text format. */
  String metrics(Deadline deadline);
}
