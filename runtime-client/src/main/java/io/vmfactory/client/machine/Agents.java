package io.vmfactory.client.machine;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import java.nio.file.Path;
import java.util.List;

/** Connects to agents. */
@FunctionalInterface
interface Agents {
  /** A connection over whichever of {@code ports} is free; nothing has been said on it yet. */
  GuestAgent connect(List<Path> ports, Deadline deadline);

  /**
   * One on which the agent has answered. A Check must be the first call: by it the guest knows a
   * new host even when the last one left in the middle of a frame.
   */
  default GuestAgent greet(List<Path> ports, Deadline deadline) {
    GuestAgent agent = connect(ports, deadline);
    try {
      agent.awaitServing(deadline);
      return agent;
    } catch (RuntimeException e) {
      agent.close();
      throw e;
    }
  }
}
