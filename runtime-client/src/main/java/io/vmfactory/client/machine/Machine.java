package io.vmfactory.client.machine;

import io.vmfactory.api.v1.Template;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.Sizing;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A running VM with its own identity, whose agent answers. Thread-safe.
 *
 * <p>Methods throw {@code FactoryException} if the VM is leased and {@code VmmException} if this
 * process booted it.
 */
public interface Machine extends AutoCloseable {
  /** Returns the description of the VM. */
  MachineFacts facts();

  /**
   * Opens a new connection to the agent and checks that the agent answers. The caller closes it.
   */
  GuestAgent agent(Deadline deadline);

  /**
   * Returns the named template that it is a clone of, with its description. Empty if there is none,
   * or if another process took the VM.
   */
  default Optional<Template> template() {
    return Optional.empty();
  }

  /**
   * Gives it the vCPUs and the memory that it lacks, and returns what it has then. It never gets
   * less than it has.
   */
  Sizing grow(Sizing wanted, Deadline deadline);

  /** Attaches a drive. */
  AttachedDrive attach(Path file, DriveMode mode, Deadline deadline);

  /** Detaches a drive. The guest must have unmounted it. */
  void detach(String driveId, Deadline deadline);

  /**
   * Connects a free NIC slot to a network.
   *
   * @param networkNamespace the path of the network's namespace
   * @param name the name of the host's end there, 1..15 characters
   */
  AttachedNic attachNic(Path networkNamespace, String name, Deadline deadline);

  /** Disconnects a NIC slot, which is free then, and returns what it was. */
  AttachedNic detachNic(Path networkNamespace, String name, Deadline deadline);

  /**
   * Returns a stage that completes, with the reason, when this process learns that the VM is gone
   * or its lease has ended.
   */
  CompletionStage<String> lost();

  /** Ends the VM, also if another process owns it. It is gone when this returns. */
  void end(Deadline deadline);

  /** Releases local resources only. The VM keeps running. */
  @Override
  void close();
}
