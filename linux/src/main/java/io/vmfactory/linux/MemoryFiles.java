package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import io.vmfactory.linux.OsException.Kind;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Makes memory files, see memfd_create(2). */
public final class MemoryFiles {
  private MemoryFiles() {}

  /**
   * Makes a new file that consists of a hole. The caller closes it.
   *
   * @param name shown in /proc/PID/maps, at most 249 bytes
   * @param size length in bytes
   * @throws OsException of kind {@code SHORTAGE} when the host is out of descriptors or memory
   */
  public static MemoryFile create(String name, long size) {
    int fd;
    try {
      fd = LibC.memfd_create(name, LibC.MFD_CLOEXEC | LibC.MFD_ALLOW_SEALING);
    } catch (LastErrorException e) {
      throw Errno.failure("cannot create memory file " + name, e);
    }
    try {
      LibC.ftruncate(fd, size);
      return new Memfd(name, fd, size, open(fd));
    } catch (LastErrorException e) {
      LibC.close(fd);
      throw Errno.failure(
          "cannot set the size of memory file %s to %d bytes".formatted(name, size), e);
    } catch (IOException e) {
      LibC.close(fd);
      throw new OsException(Kind.SHORTAGE, "cannot open memory file " + name, e);
    }
  }

  /**
   * Returns a channel, which offers positional reads and writes; the JDK opens one only by a path.
   */
  private static FileChannel open(int fd) throws IOException {
    return FileChannel.open(
        Path.of("/proc/self/fd/" + fd), StandardOpenOption.READ, StandardOpenOption.WRITE);
  }
}
