package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;

/**
 * What the kernel says about a file, see statx(2).
 *
 * @param mode type and rights, as in st_mode
 * @param uid the file's user
 * @param gid the file's group
 * @param size in bytes
 */
record FileFacts(int mode, long uid, long gid, long size) {
  private static final int STATX_BYTES = 256;
  private static final int BASIC = 0x7ff;
  private static final int UID_AT = 20;
  private static final int GID_AT = 24;
  private static final int MODE_AT = 28;
  private static final int SIZE_AT = 40;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final byte[] EMPTY = {0};
  private static final int TYPE = 0170000;
  private static final int FOLDER = 0040000;
  private static final int REGULAR = 0100000;
  private static final int LINK = 0120000;
  private static final int STICKY_FOR_ALL = 01002;

  /** Returns the facts of an open file. */
  static FileFacts of(int fd) throws LastErrorException {
    return of(fd, EMPTY, AT_EMPTY_PATH);
  }

  /** Returns the facts of the file at {@code path}, which ends with NUL; follows a last link. */
  static FileFacts of(byte[] path) throws LastErrorException {
    return of(LibC.AT_FDCWD, path, 0);
  }

  private static FileFacts of(int folder, byte[] path, int flags) {
    try (Memory answer = new Memory(STATX_BYTES)) {
      LibC.statx(folder, path, flags, BASIC, answer);
      return new FileFacts(
          Short.toUnsignedInt(answer.getShort(MODE_AT)),
          Integer.toUnsignedLong(answer.getInt(UID_AT)),
          Integer.toUnsignedLong(answer.getInt(GID_AT)),
          answer.getLong(SIZE_AT));
    }
  }

  boolean isFolder() {
    return (mode & TYPE) == FOLDER;
  }

  boolean isRegular() {
    return (mode & TYPE) == REGULAR;
  }

  boolean isLink() {
    return (mode & TYPE) == LINK;
  }

  /** Returns whether this is a folder such as /tmp, where every user may make files. */
  boolean isForAll() {
    return (mode & STICKY_FOR_ALL) == STICKY_FOR_ALL;
  }
}
