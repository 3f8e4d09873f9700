package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.io.IOException;
import java.nio.file.Path;

/** Determines the disk usage and the locks of a file. */
public final class FileUse {
  private static final short F_WRLCK = 1;
  private static final short F_UNLCK = 2;

  /** The size of struct flock on x86-64: type, whence, start, length (0 = to the end), pid. */
  private static final int FLOCK_BYTES = 32;

  private FileUse() {}

  /** Returns the number of bytes of {@code file} that are not in holes. */
  public static long allocatedBytes(Path file) throws IOException {
    int fd = LibC.openFile(file);
    try {
      long bytes = 0;
      long start = 0;
      while ((start = Extents.seek(file, fd, start, LibC.SEEK_DATA)) >= 0) {
        long end = Extents.seek(file, fd, start, LibC.SEEK_HOLE);
        bytes += end - start;
        start = end;
      }
      return bytes;
    } finally {
      LibC.close(fd);
    }
  }

  /**
   * Returns whether any process holds a record lock (fcntl(2)) on {@code file}. QEMU holds locks on
   * every open image, even if it is read-only.
   */
  public static boolean isRecordLocked(Path file) throws IOException {
    int fd = LibC.openFile(file);
    try (Memory lock = new Memory(FLOCK_BYTES)) {
      lock.clear();
      lock.setShort(0, F_WRLCK);
      LibC.fcntl(fd, LibC.F_OFD_GETLK, lock);
      return lock.getShort(0) != F_UNLCK;
    } catch (LastErrorException e) {
      throw Errno.onFile(file, e);
    } finally {
      LibC.close(fd);
    }
  }
}
