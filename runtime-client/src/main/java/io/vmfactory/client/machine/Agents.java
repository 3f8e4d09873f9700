package io.vmfactory.client.machine;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestAgents;
import java.nio.file.Path;
import java.util.List;

/** Connects to the agents in VMs. */
@FunctionalInterface
interface Agents {
  /** Connects over the first free port of {@code ports}. Sends nothing yet. */
  GuestAgent connect(List<Path> ports, Deadline deadline);

  /** Connects and checks that the agent answers. */
  default GuestAgent greet(List<Path> ports, Deadline deadline) {
    return GuestAgents.serving(connect(ports, deadline), deadline);
  }
}
