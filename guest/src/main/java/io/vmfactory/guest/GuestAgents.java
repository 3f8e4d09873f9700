package io.vmfactory.guest;

import io.vmfactory.configs.time.Deadline;
import java.nio.file.Path;

/** Opens connections to agents. */
public interface GuestAgents {
  /**
   * Connects to the agent behind {@code socket}. A connection does not mean that the agent has
   * started: the bytes wait in the VMM until the guest reads them.
   *
   * @throws GuestException when no process listens there
   */
  GuestAgent connect(Path socket, Deadline deadline);

  /**
   * Returns {@code fresh} after it has answered a Check; closes it if it does not. A Check must be
   * the first call on a connection. It lets the guest recognise a new host, even if the last host
   * left in the middle of a frame.
   *
   * @throws GuestException when the agent does not serve
   */
  static GuestAgent serving(GuestAgent fresh, Deadline deadline) {
    try {
      fresh.awaitServing(deadline);
      return fresh;
    } catch (RuntimeException e) {
      fresh.close();
      throw e;
    }
  }
}
