package io.vmfactory.factory.boot;

import io.vmfactory.configs.DaemonConfig;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.linux.OwnFolder;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The folder of the daemon's socket, lock and VM folders. */
final class RunDir {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> GROUP_TOO =
      PosixFilePermissions.fromString("rwxr-x---");

  private RunDir() {}

  /**
   * Makes the folder with mode 0700, or 0750 for the configured group. An existing folder keeps its
   * mode, unless its mode is 0700 and a group must have access.
   *
   * @throws StartException if the folder cannot be made, another user can write into it, paths in
   *     it would be too long, or the host does not have the group
   */
  static Path prepare(DaemonConfig config) {
    Path path = config.runDir().toAbsolutePath();
    VmFolder folder = new VmFolder(path.resolve("vm").resolve(VmId.random().value()));
    requireShort(folder.agentSocket(VmFolder.AGENT_PORTS - 1));
    GroupPrincipal group = group(config.socketGroup(), path.getFileSystem());
    try {
      OwnFolder.prepare(path);
      OwnFolder.prepare(path.resolve("vm"));
      var view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
      if (group != null && view.readAttributes().permissions().equals(OWNER_ONLY)) {
        view.setGroup(group);
        view.setPermissions(GROUP_TOO);
      }
      return path;
    } catch (IOException e) {
      throw new StartException("cannot use run_dir " + path + ": " + ErrorText.of(e), e);
    }
  }

  private static @Nullable GroupPrincipal group(String name, FileSystem files) {
    if (name.isEmpty()) {
      return null;
    }
    try {
      return files.getUserPrincipalLookupService().lookupPrincipalByGroupName(name);
    } catch (IOException e) {
      throw new StartException(
          "no group \"%s\" on this host; add it, or change [daemon] socket_group".formatted(name),
          e);
    }
  }

  /** Checks the longest path that there will be; the daemon's own socket is shorter. */
  private static void requireShort(Path socket) {
    int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > VmFolder.MAX_SOCKET_PATH_BYTES) {
      throw new StartException(
          "socket path too long (%d bytes, the kernel takes %d): %s; choose a shorter run_dir"
              .formatted(length, VmFolder.MAX_SOCKET_PATH_BYTES, socket),
          null);
    }
  }
}
