package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.LeaseId;
import io.vmfactory.factory.request.Peer;
import io.vmfactory.factory.request.VmView;

/** What clients can ask about VMs that rest. */
public interface Pauses {
  /** Stops the CPUs of a leased VM; it keeps memory and lease. */
  VmView pause(Peer client, LeaseId lease, Deadline deadline);

  /** Lets a paused VM run again, with the right time. */
  GrantedVm resume(Peer client, LeaseId lease, Deadline deadline);
}
