package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.ResumedVm;
import io.vmfactory.factory.request.SuspendRequest;
import io.vmfactory.factory.request.Suspension;
import io.vmfactory.factory.request.VmView;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What clients can ask about VMs that rest. */
public interface Pauses {
  /** Stops the CPUs of a leased VM; it keeps memory and lease. */
  VmView pause(Peer client, LeaseId lease, Deadline deadline);

  /** Stores a leased VM on disk and ends its process; it keeps its lease. */
  Suspension suspend(Peer client, SuspendRequest request, Deadline deadline);

  /**
   * Lets a paused or suspended VM run again, with the right time.
   *
   * @param ttl duration of its lease from now on; null = as before
   */
  ResumedVm resume(Peer client, LeaseId lease, @Nullable Duration ttl, Deadline deadline);
}
