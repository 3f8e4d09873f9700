package io.vmfactory.factory.boot;

import io.vmfactory.configs.DaemonConfig;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.factory.http.SocketFile;
import io.vmfactory.linux.AccessList;
import io.vmfactory.linux.OsException;
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
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The folder of the daemon's socket, lock and VM folders. */
final class RunDir {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> GROUP_TOO =
      PosixFilePermissions.fromString("rwxr-x---");

  /** So that clients reach the folders of their own VMs, which are open to them alone. */
  private static final Set<PosixFilePermission> FOR_PASSING =
      PosixFilePermissions.fromString("rwx--x--x");

  private RunDir() {}

  /**
   * Makes the folder with mode 0700, or 0750 for the configured groups. An existing folder keeps
   * its mode, unless its mode is 0700 and a group must have access.
   *
   * @throws StartException if the folder cannot be made, another user can write into it, paths in
   *     it would be too long, or the host does not have the group
   */
  static Path prepare(DaemonConfig config) {
    Path path = config.runDir().toAbsolutePath();
    VmFolder folder = new VmFolder(path.resolve("vm").resolve(VmId.random().value()));
    requireShort(folder.agentSocket(VmFolder.AGENT_PORTS - 1));
    GroupPrincipal group = group("socket_group", config.socketGroup(), path.getFileSystem());
    GroupPrincipal admins = group("admin_group", config.users().adminGroup(), path.getFileSystem());
    try {
      OwnFolder.prepare(path);
      OwnFolder.prepare(path.resolve("vm"));
      if (group != null || admins != null) {
        open(path, Objects.requireNonNullElse(group, admins), config);
      }
      return path;
    } catch (IOException | OsException e) {
      throw new StartException("cannot use run_dir " + path + ": " + ErrorText.of(e), e);
    }
  }

  private static void open(Path path, @Nullable GroupPrincipal first, DaemonConfig config)
      throws IOException {
    var view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
    if (view.readAttributes().permissions().equals(OWNER_ONLY)) {
      view.setGroup(first);
      view.setPermissions(GROUP_TOO);
    }
    for (String other : config.groups().stream().skip(1).toList()) {
      AccessList.letGroupEnter(path, SocketFile.gid(other));
    }
    Files.setPosixFilePermissions(path.resolve("vm"), FOR_PASSING);
  }

  private static @Nullable GroupPrincipal group(String key, String name, FileSystem files) {
    if (name.isEmpty()) {
      return null;
    }
    try {
      return files.getUserPrincipalLookupService().lookupPrincipalByGroupName(name);
    } catch (IOException e) {
      throw new StartException(
          "no group \"%s\" on this host; add it, or change [daemon] %s".formatted(name, key), e);
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
