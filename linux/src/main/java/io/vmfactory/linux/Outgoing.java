package io.vmfactory.linux;

import com.sun.jna.Memory;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that wait to be sent, and an open file that goes with the first of them: see unix(7),
 * SCM_RIGHTS.
 *
 * @param attachment owned by this; null = none
 */
record Outgoing(byte[] bytes, @Nullable Descriptor attachment) {
  /**
   * Sizes of struct msghdr, struct iovec and struct cmsghdr, and of a control message with one int;
   * x86-64.
   */
  private static final int MSGHDR_BYTES = 56;

  private static final int IOVEC_BYTES = 16;
  private static final int CMSGHDR_BYTES = 16;
  private static final int CONTROL_BYTES = CMSGHDR_BYTES + 8;

  /** Sends what the other side accepts now. Returns the rest; null = nothing is left. */
  @Nullable Outgoing send(int fd) {
    long sent =
        attachment == null
            ? LibC.send(fd, bytes, bytes.length, LibC.MSG_DONTWAIT_NOSIGNAL)
            : sendWith(fd, attachment);
    drop();
    return sent == bytes.length
        ? null
        : new Outgoing(Arrays.copyOfRange(bytes, (int) sent, bytes.length), null);
  }

  private long sendWith(int fd, Descriptor file) {
    try (Memory block = new Memory(MSGHDR_BYTES + IOVEC_BYTES + CONTROL_BYTES + bytes.length)) {
      block.clear();
      long vector = MSGHDR_BYTES;
      long control = vector + IOVEC_BYTES;
      long data = control + CONTROL_BYTES;
      block.setPointer(16, block.share(vector));
      block.setLong(24, 1);
      block.setPointer(32, block.share(control));
      block.setLong(40, CONTROL_BYTES);
      block.setPointer(vector, block.share(data));
      block.setLong(vector + 8, bytes.length);
      block.setLong(control, CMSGHDR_BYTES + Integer.BYTES);
      block.setInt(control + 8, LibC.SOL_SOCKET);
      block.setInt(control + 12, LibC.SCM_RIGHTS);
      block.setInt(control + 16, file.number());
      block.write(data, bytes, 0, bytes.length);
      return LibC.sendmsg(fd, block, LibC.MSG_DONTWAIT_NOSIGNAL);
    }
  }

  /** Closes the open file. */
  void drop() {
    if (attachment != null) {
      attachment.close();
    }
  }
}
