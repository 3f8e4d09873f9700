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
   * A new one, all holes. The caller closes it.
   *
   * @param name shown in /proc/PID/maps, at most 249 bytes
   * @param size length in bytes
   * @throws OsException of kind {@code SHORTAGE} when descriptors or memory are used up
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
      throw Errno.failure("cannot give memory file %s %d bytes".formatted(name, size), e);
    } catch (IOException e) {
      LibC.close(fd);
      throw new OsException(Kind.SHORTAGE, "cannot open memory file " + name, e);
    }
  }

  /** The JDK's positional reads and writes come with a channel, and that wants a path. */
  private static FileChannel open(int fd) throws IOException {
    return FileChannel.open(
        Path.of("/proc/self/fd/" + fd), StandardOpenOption.READ, StandardOpenOption.WRITE);
  }
}
