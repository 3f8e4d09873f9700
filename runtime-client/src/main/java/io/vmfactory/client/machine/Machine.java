package io.vmfactory.client.machine;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.vmm.DriveMode;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;

/**
 * A VM in the hands of a runtime instance: running, unique, its agent answering. Thread-safe.
 *
 * <p>Methods throw {@code FactoryException} where the factory has the VM, {@code VmmException}
 * where this process has it.
 */
public interface Machine extends AutoCloseable {
  /** What it is. */
  MachineFacts facts();

  /** A new connection to the agent inside, which has answered over it; the caller closes it. */
  GuestAgent agent(Deadline deadline);

  /** Gives it a drive. */
  AttachedDrive attach(Path file, DriveMode mode, Deadline deadline);

  /** Takes a drive away, which the guest must have unmounted. */
  void detach(String driveId, Deadline deadline);

  /** Completes when this process learns that the VM is gone or no longer ours, and says why. */
  CompletionStage<String> lost();

  /** Ends the VM, whoever has taken it. It is gone when this returns. */
  void end(Deadline deadline);

  /** Lets go of a VM that another process has taken; nothing else happens. */
  @Override
  void close();
}
