package io.vmfactory.guest;

import io.vmfactory.configs.time.Deadline;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The single sandbox of a guest. Errors as in {@link GuestAgent}. */
public interface GuestSandbox {
  /** Creates the sandbox. ALREADY_EXISTS when the guest has one. */
  void create(SandboxRequest request, Deadline deadline);

  /** Ends all containers and removes the sandbox. Has no effect if there is none. */
  void destroy(Deadline deadline);

  /**
   * Writes a file, folder or link below /run in the guest, in as many calls as necessary. Replaces
   * a file or link in one step.
   */
  void copyFile(GuestFile file, Deadline deadline);

  /**
   * Writes into a regular file that is there, so that each mount of it shows the new content; not
   * in one step. NOT_FOUND if there is no such file.
   */
  void overwriteFile(GuestFile file, Deadline deadline);

  /**
   * Removes everything from a folder below /run in the guest, but what is named. NOT_FOUND if there
   * is no such folder.
   *
   * @param keep the paths that stay, relative to the folder, with those of their folders
   */
  void pruneFolder(String path, Collection<String> keep, Deadline deadline);

  /**
   * Completes with the id of the next container in which the kernel ends a process for lack of
   * memory. An event that comes before the call is kept. Fails with {@link GuestException} when the
   * connection breaks.
   */
  CompletionStage<String> nextOom();

  /** Changes the options (e.g. the size) of mounted ephemeral storages. */
  void remount(List<GuestStorage> storages, Deadline deadline);

  /** Returns how full the file system at {@code guestPath} is. */
  VolumeUsage volume(String guestPath, Deadline deadline);
}
