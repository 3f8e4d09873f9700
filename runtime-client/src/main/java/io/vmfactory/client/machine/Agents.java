package io.vmfactory.client.machine;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import java.nio.file.Path;
import java.util.List;

/** Connects to the agents in VMs. */
@FunctionalInterface
interface Agents {
  /** Connects over a free port of {@code ports}, and checks that the agent answers. */
  GuestAgent greet(List<Path> ports, Deadline deadline);
}
