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
 * What a directly booted VM has on disk.
 *
 * @param vm its id
 * @param folder its sockets and logs
 * @param overlays where the copy-on-write files of its drives are made
 */
record DirectPlace(VmId vm, VmFolder folder, Path overlays) {
  /** Named by the short id: the path of a socket has little room. */
  static DirectPlace of(VmId vm, RuntimeConfig config) {
    Path folder = config.sandboxDir().resolve(".vm").resolve(vm.shortened());
    Path overlays = config.imageDir().resolve(".overlays").resolve(vm.shortened());
    return new DirectPlace(vm, new VmFolder(folder), overlays);
  }

  /** Makes both, mode 0700. */
  void make() {
    try {
      Files.createDirectories(folder.path(), Trees.OWNER_ONLY);
      Files.createDirectories(overlays, Trees.OWNER_ONLY);
    } catch (IOException e) {
      throw VmFolders.unwritten("cannot make the folders of VM " + vm, e);
    }
  }

  /** Removes both; what is not there is fine. */
  void remove() {
    folder.remove();
    new VmFolder(overlays).remove();
  }

  /**
   * Ends the VM, whichever process has booted it, and removes what it has.
   *
   * @param who its process; null = it was never recorded
   */
  void clear(@Nullable VmIdentity who, Deadline deadline) {
    VmProcessTable processes = new VmProcessTable(VmProcessTable.PROC);
    Optional<VmIdentity> process = who == null ? processes.named(vm) : Optional.of(who);
    process.ifPresent(it -> processes.end(it, deadline));
    remove();
  }
}
