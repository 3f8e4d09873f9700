package io.vmfactory.vmm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;

/**
 * The folder that holds the VMs' folders: {@code run_dir/vm}.
 *
 * @param root {@code run_dir/vm}, absolute
 */
public record VmFolders(Path root) {
  /**
   * Makes the folder of {@code id}, mode 0700.
   *
   * @throws VmmException when the paths of its sockets would be too long or the disk is full; the
   *     message names the remedy
   */
  public VmFolder create(VmId id) {
    VmFolder folder = new VmFolder(root.resolve(id.value()));
    Path longest = folder.agentSocket(VmFolder.AGENT_PORTS - 1);
    int length = longest.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > VmFolder.MAX_SOCKET_PATH_BYTES) {
      throw new VmmException(
          VmmException.Reason.INVALID,
          "socket path too long (%d bytes, the kernel takes %d): %s; choose a shorter run_dir"
              .formatted(length, VmFolder.MAX_SOCKET_PATH_BYTES, longest));
    }
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    try {
      Files.createDirectories(root, ownerOnly);
      Files.createDirectory(folder.path(), ownerOnly);
    } catch (IOException e) {
      throw unwritten("cannot make the VM's folder " + folder.path(), e);
    }
    return folder;
  }

  /** Returns the exception to throw when {@code cause} prevented a write to this folder. */
  public static RuntimeException unwritten(String what, IOException cause) {
    String why = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    boolean full = why.contains("no space left") || why.contains("quota exceeded");
    return full
        ? new VmmException(
            VmmException.Reason.RESOURCES, what + ": run_dir is full: make room", cause)
        : new UncheckedIOException(what, cause);
  }
}
