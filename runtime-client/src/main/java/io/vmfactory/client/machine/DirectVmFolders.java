package io.vmfactory.client.machine;

import io.vmfactory.configs.RuntimeConfig;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.Trees;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmFolders;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmIdentity;
import io.vmfactory.vmm.VmProcessTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The directories of a directly booted VM.
 *
 * @param vm the id of the VM
 * @param folder the folder for its sockets and logs
 * @param overlays the directory for the copy-on-write files of its drives
 */
record DirectVmFolders(VmId vm, VmFolder folder, Path overlays) {
  /**
   * Returns the directories of {@code vm}. Their names use the short id, because the path of a
   * socket is limited.
   */
  static DirectVmFolders of(VmId vm, RuntimeConfig config) {
    Path folder = path(config.sandboxDir(), vm);
    Path overlays = config.imageDir().resolve(".overlays").resolve(vm.shortened());
    return new DirectVmFolders(vm, new VmFolder(folder), overlays);
  }

  /** Returns the folder of a directly booted VM. */
  static Path path(Path sandboxes, VmId vm) {
    return sandboxes.resolve(".vm").resolve(vm.shortened());
  }

  /** Creates both directories, mode 0700. */
  void make() {
    try {
      Files.createDirectories(folder.path(), Trees.OWNER_ONLY);
      Files.createDirectories(overlays, Trees.OWNER_ONLY);
    } catch (IOException e) {
      throw VmFolders.unwritten("cannot create the folders of VM " + vm, e);
    }
  }

  /** Removes both directories, if they exist. */
  void remove() {
    folder.remove();
    new VmFolder(overlays).remove();
  }

  /**
   * Ends the VM, also if another process booted it, and removes its directories.
   *
   * @param who its process; null if that was never recorded
   */
  void clear(VmProcessTable processes, @Nullable VmIdentity who, Deadline deadline) {
    Optional<VmIdentity> process =
        who == null ? processes.find(vm, folder, deadline) : Optional.of(who);
    process.ifPresent(it -> processes.end(it, deadline));
    remove();
  }
}
