package io.vmfactory.factory.http;

import io.vmfactory.factory.request.RequestException;
import io.vmfactory.linux.AccessList;
import io.vmfactory.linux.HostGroups;
import io.vmfactory.vmm.VmFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * The daemon's socket as a file. It is bound in a folder that no other user can enter, gets its
 * mode and group there, and is then moved to its place, where it replaces a stale socket. So at no
 * moment can a user connect who must not, whatever the umask is. The caller holds the daemon's
 * lock.
 *
 * @param path where clients connect
 * @param groups groups that may connect beside the owner; at most two
 */
public record SocketFile(Path path, List<String> groups) {
  /** Throws if the kernel does not accept the path. */
  public SocketFile {
    int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > VmFolder.MAX_SOCKET_PATH_BYTES) {
      throw new RequestException(
          RequestException.Reason.INVALID,
          "socket path too long (%d bytes, the kernel takes %d): %s; choose a shorter run_dir"
              .formatted(length, VmFolder.MAX_SOCKET_PATH_BYTES, path));
    }
  }

  /** Returns the path to bind at, in a new folder with mode 0700. */
  public Path prepare() throws IOException {
    Path folder = bindFolder();
    Path bound = folder.resolve(shortName());
    Files.deleteIfExists(bound);
    Files.deleteIfExists(folder);
    var ownerOnly = PosixFilePermissions.fromString("rwx------");
    Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(ownerOnly));
    return bound;
  }

  /** Moves the socket that was bound at {@code bound} to its place. */
  public void publish(Path bound) throws IOException {
    if (!groups.isEmpty()) {
      view(bound).setGroup(principal(groups.get(0)));
    }
    String mode = groups.isEmpty() ? "rw-------" : "rw-rw----";
    Files.setPosixFilePermissions(bound, PosixFilePermissions.fromString(mode));
    // A file has one group. Any other has an entry in its access control list.
    groups.stream().skip(1).forEach(group -> AccessList.letGroupUse(bound, gid(group)));
    Files.move(bound, path, StandardCopyOption.ATOMIC_MOVE);
    Files.delete(bound.getParent());
  }

  /** Returns the number of a group. Throws if this host does not have it. */
  public static long gid(String group) {
    return HostGroups.gid(group)
        .orElseThrow(
            () ->
                new RequestException(
                    RequestException.Reason.NOT_POSSIBLE,
                    "no group \"%s\" on this host".formatted(group)));
  }

  /** Removes the socket. */
  public void remove() throws IOException {
    Files.deleteIfExists(path);
  }

  /**
   * The path to bind at must be short too. It differs for the sockets of one process: Vert.x takes
   * two servers with one path for one server, also if the first socket has been moved.
   */
  private String shortName() {
    return path.getFileName().toString().substring(0, 1);
  }

  private Path bindFolder() {
    return path.resolveSibling(".bind");
  }

  private GroupPrincipal principal(String group) throws IOException {
    return path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group);
  }

  private static PosixFileAttributeView view(Path file) {
    return Files.getFileAttributeView(file, PosixFileAttributeView.class);
  }
}
