package io.vmfactory.guest;

import io.vmfactory.configs.time.Deadline;
import java.nio.file.Path;

/** Opens connections to agents. */
public interface GuestAgents {
  /**
   * Connects to the agent behind {@code socket}. That the connection stands does not mean that the
   * agent is up: bytes wait in the VMM until the guest reads them.
   *
   * @throws GuestException when nobody listens there
   */
  GuestAgent connect(Path socket, Deadline deadline);
}
