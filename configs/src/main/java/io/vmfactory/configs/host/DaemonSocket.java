package io.vmfactory.configs.host;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Looks at who owns the daemon's socket before a client speaks to it. A client gives it paths, and
 * believes what it says about VMs, so another user must not be able to play the daemon.
 */
public final class DaemonSocket {
  private DaemonSocket() {}

  /**
   * Checks that the socket, and each folder above it, belongs to root, this user or the daemon's
   * user ({@link DaemonUser}), and that no other user can replace it. A socket that does not exist,
   * or that this user cannot reach, passes: connecting says so.
   *
   * @throws IOException if another user may have made it; the message names the remedy
   */
  public static void require(Path socket) throws IOException {
    try {
      Ownership.require(socket, DaemonUser.ids());
    } catch (NoSuchFileException | AccessDeniedException e) {
      return;
    } catch (IOException e) {
      throw new IOException(
          "another user may have made %s: %s. If a daemon of uid %s is meant, set %s=%s"
              .formatted(socket, e.getMessage(), owner(socket), DaemonUser.VARIABLE, owner(socket)),
          e);
    }
  }

  private static String owner(Path socket) throws IOException {
    Object uid = Files.getAttribute(socket, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    return Integer.toUnsignedString((Integer) uid);
  }
}
