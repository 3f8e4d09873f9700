package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.nio.file.Path;

/**
 * A listening UNIX socket, mode 0600, that this process makes for a child. Clients can connect
 * before the child has started. Closing it closes the descriptor; the file stays.
 */
public final class UnixListener implements AutoCloseable {
  private static final int OWNER_ONLY = 0600;
  private static final int BACKLOG = 16;

  private final int fd;

  private UnixListener(int fd) {
    this.fd = fd;
  }

  /** Listens on {@code path}, which must not exist; at most 107 bytes, see unix(7). */
  public static UnixListener open(Path path) {
    String failure = "cannot listen on " + path;
    int fd;
    try {
      fd = LibC.socket(LibC.AF_UNIX, LibC.SOCK_STREAM_CLOEXEC, 0);
    } catch (LastErrorException e) {
      throw Errno.failure(failure, e);
    }
    try {
      LibC.fchmod(fd, OWNER_ONLY);
      // Absolute, because a path that begins with @ would be an abstract name.
      try (Memory address = UnixDatagram.address(path.toAbsolutePath().toString())) {
        LibC.bind(fd, address, (int) address.size());
      }
      LibC.listen(fd, BACKLOG);
      return new UnixListener(fd);
    } catch (LastErrorException e) {
      LibC.close(fd);
      throw Errno.failure(failure, e);
    }
  }

  /** Returns the descriptor in this process. */
  public int descriptor() {
    return fd;
  }

  @Override
  public void close() {
    LibC.close(fd);
  }
}
