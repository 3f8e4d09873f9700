package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.file.Path;

/** Makes holes in a file, fallocate(2). */
public final class Holes implements AutoCloseable {
  private final Path file;
  private final int fd;

  private Holes(Path file, int fd) {
    this.file = file;
    this.fd = fd;
  }

  /** Opens {@code file} for writing. */
  public static Holes in(Path file) throws IOException {
    try {
      return new Holes(file, LibC.open(RawPath.terminated(file), LibC.O_RDWR | LibC.O_CLOEXEC));
    } catch (LastErrorException e) {
      throw Errno.onFile(file, e);
    }
  }

  /**
   * Replaces bytes by a hole, which reads as zeroes. Does nothing if the file system of the file
   * has no holes: then the bytes stay.
   */
  public void punch(long start, long count) throws IOException {
    try {
      LibC.fallocate(fd, LibC.FALLOC_PUNCH_HOLE_KEEP_SIZE, start, count);
    } catch (LastErrorException e) {
      if (e.getErrorCode() != LibC.EOPNOTSUPP) {
        throw Errno.inFile("cannot make a hole in " + file, e);
      }
    }
  }

  @Override
  public void close() {
    LibC.close(fd);
  }
}
