package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.file.Path;

/** Finds the data and the holes of an open file, lseek(2). */
final class Extents {
  private Extents() {}

  /**
   * Returns the offset of the next data or hole at or after {@code offset}; -1 if there is none.
   *
   * @param what SEEK_DATA or SEEK_HOLE
   */
  static long seek(Path file, int fd, long offset, int what) throws IOException {
    try {
      return LibC.lseek(fd, offset, what);
    } catch (LastErrorException e) {
      if (e.getErrorCode() == LibC.ENXIO) {
        return -1;
      }
      throw Errno.inFile("cannot seek in " + file, e);
    }
  }
}
