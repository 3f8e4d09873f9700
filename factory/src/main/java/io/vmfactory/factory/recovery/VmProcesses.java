package io.vmfactory.factory.recovery;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.journal.VmRecord.ProcessEntry;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The processes of VMs on this host, whichever daemon started them. */
public interface VmProcesses {
  /**
   * Returns the living process of a VM.
   *
   * @param folder the VM's folder
   * @param recorded the process according to the journal; null if none was recorded
   * @throws io.vmfactory.vmm.VmmException if the recorded process lives and is not that VM
   */
  Optional<VmIdentity> find(VmFolder folder, VmId vm, @Nullable ProcessEntry recorded);

  /** Returns whether that process still exists. */
  boolean lives(VmIdentity process);

  /**
   * Ends exactly that process (SIGKILL) and waits until it is gone; no effect if it is gone
   * already.
   *
   * @throws io.vmfactory.vmm.VmmException if it is not that VM
   * @throws io.vmfactory.configs.time.DeadlineExceededException if it is still there
   */
  void end(VmIdentity process, Deadline deadline);
}
