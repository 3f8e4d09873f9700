package io.vmfactory.client.machine;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.VmId;
import org.jspecify.annotations.Nullable;

/** Where the VMs of a runtime instance come from. Closing it leaves them as they are. */
public interface MachineSource extends AutoCloseable {
  /**
   * A VM for this process.
   *
   * @param directId its id if it is booted directly
   */
  Machine take(MachineWish wish, VmId directId, Deadline deadline);

  /** A VM that another process has taken. */
  Machine open(MachineFacts facts);

  /**
   * Ends a VM that a process booted directly and left behind, and removes what it has.
   *
   * @param recorded what is known of it; null = only its id
   */
  void clear(VmId directId, @Nullable MachineFacts recorded, Deadline deadline);

  @Override
  void close();
}
