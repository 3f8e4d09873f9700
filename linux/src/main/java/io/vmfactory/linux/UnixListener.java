package io.vmfactory.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

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
      Memory address = address(path);
      LibC.bind(fd, address, (int) address.size());
      LibC.listen(fd, BACKLOG);
      return new UnixListener(fd);
    } catch (LastErrorException e) {
      LibC.close(fd);
      throw Errno.failure(failure, e);
    }
  }

  /** Makes a struct sockaddr_un: family, path, NUL. */
  private static Memory address(Path path) {
    byte[] bytes = path.toString().getBytes(UTF_8);
    Memory address = new Memory(2L + bytes.length + 1);
    address.clear();
    address.setShort(0, (short) LibC.AF_UNIX);
    address.write(2, bytes, 0, bytes.length);
    return address;
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
