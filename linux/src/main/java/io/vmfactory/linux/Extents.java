package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.file.Path;

/** Finds the data and the holes of a file on disk, lseek(2). */
public final class Extents implements AutoCloseable {
  private final Path file;
  private final int fd;

  private Extents(Path file, int fd) {
    this.file = file;
    this.fd = fd;
  }

  /** Opens {@code file} for reading. */
  public static Extents open(Path file) throws IOException {
    try {
      return new Extents(file, LibC.open(file.toString(), LibC.O_CLOEXEC));
    } catch (LastErrorException e) {
      throw Errno.inFile("cannot open " + file, e);
    }
  }

  /** Returns the start of the first data at or after {@code offset}; -1 when only holes follow. */
  public long nextData(long offset) throws IOException {
    return seek(offset, LibC.SEEK_DATA);
  }

  /**
   * Returns the start of the first hole at or after {@code offset}. The end of the file is a hole.
   */
  public long nextHole(long offset) throws IOException {
    return seek(offset, LibC.SEEK_HOLE);
  }

  private long seek(long offset, int whence) throws IOException {
    try {
      return LibC.lseek(fd, offset, whence);
    } catch (LastErrorException e) {
      if (e.getErrorCode() == LibC.ENXIO) {
        return -1;
      }
      throw Errno.inFile("cannot seek in " + file, e);
    }
  }

  @Override
  public void close() {
    LibC.close(fd);
  }
}
