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

  /**
   * {@code fresh}, once it has answered; closed when it does not. A Check must be the first call on
   * a connection: by it the guest knows a new host even when the last one left in the middle of a
   * frame.
   *
   * @throws GuestException when it does not serve
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
