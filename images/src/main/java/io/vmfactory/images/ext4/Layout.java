package io.vmfactory.images.ext4;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/** The fixed numbers of the file systems that this package makes. */
final class Layout {
  /** The size of a block in bytes. */
  static final int BLOCK = 4096;

  /** The number of blocks in a group: as many as a bitmap of one block has bits. */
  static final int GROUP_BLOCKS = 8 * BLOCK;

  static final int DESCRIPTOR = 64;
  static final int INODE = 256;
  static final int INODES_PER_BLOCK = BLOCK / INODE;
  static final int ROOT_INODE = 2;

  /** The first inode that is not reserved. */
  static final int FIRST_INODE = 11;

  static final int MAGIC = 0xEF53;
  static final int EXTENT_MAGIC = 0xF30A;
  static final int EXTENTS_FLAG = 0x80000;
  static final int INDEX_FLAG = 0x1000;

  /**
   * The identity of the file system, and the secret of its hashes. Fixed: same input, same bytes.
   */
  private static final byte[] UUID = HexFormat.of().parseHex("6d0c5a5f9f2b4e86a7a58c1a6b1f0e34");

  private Layout() {}

  static byte[] uuid() {
    return UUID.clone();
  }

  /** Returns a buffer of zeroes. */
  static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns {@code bytes} as a buffer. */
  static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Returns the array behind a buffer that {@link #buffer} made. */
  static byte[] array(ByteBuffer buffer) {
    if (buffer.arrayOffset() != 0) {
      throw new IllegalArgumentException("a part of another buffer");
    }
    return buffer.array();
  }

  /** Returns the number of units that hold {@code count}. */
  static long units(long count, long perUnit) {
    return (count + perUnit - 1) / perUnit;
  }
}
