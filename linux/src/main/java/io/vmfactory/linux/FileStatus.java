package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;

/**
 * The status of a file, stat(2) and fstat(2).
 *
 * @param mode the type and the permissions
 * @param deviceNumber the number of the device that the file is; 0 if it is no device
 * @param allocatedBytes the disk space of its content; less than {@code size} if it has holes
 * @param modified when the content was last changed
 * @param changed when anything was last changed; no program can set it
 */
public record FileStatus(
    long device,
    long inode,
    int mode,
    long links,
    long user,
    long group,
    long deviceNumber,
    long size,
    long allocatedBytes,
    Time modified,
    Time changed) {
  /** The size of struct stat on x86-64. */
  static final int BYTES = 144;

  private static final int TYPE = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final int REGULAR = 0100000;
  private static final int LINK = 0120000;
  private static final int SECTOR = 512;

  /** A time: seconds since 1970, and 0..999999999 nanoseconds. */
  public record Time(long seconds, int nanos) implements Comparable<Time> {
    @Override
    public int compareTo(Time other) {
      int order = Long.compare(seconds, other.seconds);
      return order == 0 ? Integer.compare(nanos, other.nanos) : order;
    }
  }

  /** Returns the status of an open file now. */
  public static FileStatus of(Descriptor file) {
    return of(file.number());
  }

  static FileStatus of(int fd) {
    try (Memory stat = new Memory(BYTES)) {
      LibC.fstat(fd, stat);
      return of(stat);
    } catch (LastErrorException e) {
      throw Errno.failure("cannot inspect an open file", e);
    }
  }

  /** Reads struct stat. */
  static FileStatus of(Pointer stat) {
    return new FileStatus(
        stat.getLong(0),
        stat.getLong(8),
        stat.getInt(24),
        stat.getLong(16),
        Integer.toUnsignedLong(stat.getInt(28)),
        Integer.toUnsignedLong(stat.getInt(32)),
        stat.getLong(40),
        stat.getLong(48),
        stat.getLong(64) * SECTOR,
        new Time(stat.getLong(88), (int) stat.getLong(96)),
        new Time(stat.getLong(104), (int) stat.getLong(112)));
  }

  private boolean is(int type) {
    return (mode & TYPE) == type;
  }

  public boolean isDirectory() {
    return is(DIRECTORY);
  }

  public boolean isRegular() {
    return is(REGULAR);
  }

  public boolean isLink() {
    return is(LINK);
  }
}
