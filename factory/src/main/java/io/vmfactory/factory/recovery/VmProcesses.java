package io.vmfactory.factory.recovery;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.journal.VmRecord.ProcessEntry;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The VMs' processes on this host, whoever started them. */
public interface VmProcesses {
  /**
   * The living process of a VM.
   *
   * @param recorded what the journal says it was; null = it never came to say
   */
  Optional<VmIdentity> find(VmId vm, @Nullable ProcessEntry recorded);

  /**
   * Ends that very process (SIGKILL) and waits until it is gone; nothing happens when it is.
   *
   * @throws io.vmfactory.configs.time.DeadlineExceededException when it is still there
   */
  void end(VmIdentity process, Deadline deadline);
}
