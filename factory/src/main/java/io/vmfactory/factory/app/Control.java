package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.events.Events;
import io.vmfactory.factory.request.Peer;

/** What clients can ask about the daemon itself. */
public interface Control {
  /** How much {@link #status} says. */
  enum Detail {
    PLAIN,
    /** The memory of each VM is measured too. */
    WITH_MEMORY
  }

  /** What becomes of the VMs at a shutdown. */
  enum AtEnd {
    /** Leased VMs keep running, and complete ones on stock stay, for the next daemon. */
    KEEP_VMS,
    END_VMS
  }

  /** Says what the daemon holds, as far as this client may see it. */
  Status status(Peer client, Detail detail);

  /**
   * Refuses new work, cancels the work under way and gives up the VMs. When this returns, all VMs
   * that are not kept have ended. A second call only waits for that.
   */
  void shutdown(AtEnd atEnd, Deadline deadline);

  /** What happens in the daemon. */
  Events events();
}
