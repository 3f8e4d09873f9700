package io.vmfactory.client.machine;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.GuestAgents;
import java.nio.file.Path;
import java.util.List;

/** Connects to agents. */
@FunctionalInterface
interface Agents {
  /** A connection over whichever of {@code ports} is free; nothing has been said on it yet. */
  GuestAgent connect(List<Path> ports, Deadline deadline);

  /** One on which the agent has answered. */
  default GuestAgent greet(List<Path> ports, Deadline deadline) {
    return GuestAgents.serving(connect(ports, deadline), deadline);
  }
}
