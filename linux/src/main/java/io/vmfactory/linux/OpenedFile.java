package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.configs.host.Ownership;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the kernel says about an open file, see fstat(2). It is about the file that is open, even if
 * its name leads to another file by now.
 *
 * @param mode type and mode bits, see inode(7)
 * @param links number of its names
 * @param uid id of its owner
 * @param size length in bytes
 */
record OpenedFile(int mode, long links, int uid, long size) {
  /** The size of struct stat on x86-64, and the offsets of its fields. */
  private static final int STAT_BYTES = 144;

  private static final int LINKS = 16;
  private static final int MODE = 24;
  private static final int UID = 28;
  private static final int SIZE = 48;

  private static final int TYPE = 0170000;
  private static final int REGULAR = 0100000;

  static OpenedFile of(int fd) {
    ByteBuffer stat = ByteBuffer.allocate(STAT_BYTES).order(ByteOrder.nativeOrder());
    try {
      LibC.fstat(fd, stat.array());
      return new OpenedFile(
          stat.getInt(MODE), stat.getLong(LINKS), stat.getInt(UID), stat.getLong(SIZE));
    } catch (LastErrorException e) {
      throw Errno.failure("cannot inspect an open file", e);
    }
  }

  boolean isRegular() {
    return (mode & TYPE) == REGULAR;
  }

  /** Returns why the file cannot be believed; empty if it can. */
  Optional<String> objection(Path file) {
    return objectionToType(file).or(() -> Ownership.objection(file, uid, mode));
  }

  /** Returns why it is not a file with content; empty if it is one. */
  Optional<String> objectionToType(Path file) {
    return isRegular() ? Optional.empty() : Optional.of(file + " is not a regular file; remove it");
  }

  /**
   * Whether a write can harm no other user: the file belongs to this user alone, and has no second
   * name.
   */
  boolean mayBeOverwritten() {
    return isRegular()
        && links <= 1
        && uid == OwnUser.uid()
        && (mode & Ownership.GROUP_OR_OTHERS_WRITE) == 0;
  }
}
