package io.vmfactory.guest;

import io.vmfactory.configs.time.Deadline;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The one sandbox of a guest. Errors as in {@link GuestAgent}. */
public interface GuestSandbox {
  /** Sets the sandbox up. ALREADY_EXISTS when the guest has one. */
  void create(SandboxRequest request, Deadline deadline);

  /** Ends its containers and forgets it; nothing happens when there is none. */
  void destroy(Deadline deadline);

  /** Writes a file below /run in the guest, in as many calls as it takes. */
  void copyFile(GuestFile file, Deadline deadline);

  /**
   * Completes with the id of the next container of which the kernel ends a process for want of
   * memory; one that nobody has asked for yet is kept. Fails with {@link GuestException} when the
   * connection breaks.
   */
  CompletionStage<String> nextOom();

  /** Changes the options (size among them) of ephemeral storages that are mounted. */
  void remount(List<GuestStorage> storages, Deadline deadline);

  /** How full the file system at {@code guestPath} is. */
  VolumeUsage volume(String guestPath, Deadline deadline);
}
