package io.vmfactory.images.ext4;

import java.nio.ByteBuffer;
import java.util.Optional;

/** Translates POSIX access control lists from the form of system calls to that of ext4. */
final class AccessList {
  static final String ACCESS = "system.posix_acl_access";
  static final String DEFAULT = "system.posix_acl_default";

  private static final int VERSION = 2;
  private static final int STORED_VERSION = 1;
  private static final int HEADER = 4;
  private static final int ENTRY = 8;
  private static final int USER = 2;
  private static final int GROUP = 8;

  private AccessList() {}

  /** Returns the list as stored; empty if it is not one. */
  static Optional<byte[]> stored(byte[] list) {
    ByteBuffer in = Layout.buffer(list);
    if (list.length < HEADER || list.length % ENTRY != HEADER || in.getInt() != VERSION) {
      return Optional.empty();
    }
    ByteBuffer out = Layout.buffer(list.length).putInt(STORED_VERSION);
    while (in.hasRemaining()) {
      short tag = in.getShort();
      out.putShort(tag).putShort(in.getShort());
      int id = in.getInt();
      if (tag == USER || tag == GROUP) {
        out.putInt(id);
      }
    }
    byte[] stored = new byte[out.position()];
    out.rewind().get(stored);
    return Optional.of(stored);
  }
}
