package io.vmfactory.guest;

import io.vmfactory.configs.time.Deadline;

/** A guest as a place for containers: Kata's agent protocol, by what it is about. */
public interface ContainerHost {
  /** The sandbox: what the containers of this guest share. */
  GuestSandbox sandbox();

  /** The containers in it. */
  GuestContainers containers();

  /** The processes in those. */
  GuestProcesses processes();

  /** The guest's network interfaces and routes. */
  GuestNetwork network();

  /** The guest's metrics in the Prometheus text format. */
  String metrics(Deadline deadline);
}
