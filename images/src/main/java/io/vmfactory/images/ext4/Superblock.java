package io.vmfactory.images.ext4;

import java.nio.ByteBuffer;

/** The superblock: what the file system is, and how large its parts are. */
final class Superblock {
  /** Where it is in the first block. */
  static final int START = 1024;

  private static final int SIZE = 1024;
  private static final int LOG_BLOCK = 2;

  /** Extended attributes, directories with an index, copies of the superblock where it says. */
  private static final int COMPATIBLE = 0x8 | 0x20 | 0x200;

  /** Types in directory entries, extents, 64-bit numbers of blocks, tables in any group. */
  private static final int INCOMPATIBLE = 0x2 | 0x40 | 0x80 | 0x200;

  /** Large files, huge files, many subdirectories, large inodes, checksums of metadata. */
  private static final int READ_ONLY_COMPATIBLE = 0x2 | 0x8 | 0x20 | 0x40 | 0x400;

  private static final int CLEAN = 1;
  private static final int CONTINUE_ON_ERRORS = 1;
  private static final int HASH_OF_UNSIGNED = 2;
  private static final int EXTRA_INODE = 32;

  /** Groups whose tables are together, 2 to this power: a hint for the kernel. */
  private static final int LOG_FLEX_GROUPS = 4;

  /** A time for the fields that must have one. */
  private static final int TIME = 1;

  private Superblock() {}

  /**
   * Returns the first block.
   *
   * @param inodes how many inodes are used
   * @param freeBlocks how many blocks are not used
   */
  static byte[] block(Groups groups, Tables tables, long inodes, long freeBlocks) {
    byte[] block = new byte[Layout.BLOCK];
    ByteBuffer sb = Layout.buffer(block).slice(START, SIZE).order(Layout.buffer(block).order());
    long allInodes = (long) groups.count() * tables.inodesPerGroup();
    sb.putInt(0x00, (int) allInodes).putInt(0x10, (int) (allInodes - inodes));
    sb.putInt(0x04, (int) groups.blocks()).putInt(0x150, (int) (groups.blocks() >>> 32));
    sb.putInt(0x0C, (int) freeBlocks).putInt(0x158, (int) (freeBlocks >>> 32));
    sb.putInt(0x18, LOG_BLOCK).putInt(0x1C, LOG_BLOCK);
    sb.putInt(0x20, Layout.GROUP_BLOCKS).putInt(0x24, Layout.GROUP_BLOCKS);
    sb.putInt(0x28, tables.inodesPerGroup());
    sb.putInt(0x30, TIME).putInt(0x40, TIME).putInt(0x108, TIME);
    sb.putShort(0x36, (short) -1).putShort(0x38, (short) Layout.MAGIC);
    sb.putShort(0x3A, (short) CLEAN).putShort(0x3C, (short) CONTINUE_ON_ERRORS);
    sb.putInt(0x4C, 1);
    sb.putInt(0x54, Layout.FIRST_INODE).putShort(0x58, (short) Layout.INODE);
    sb.putInt(0x5C, COMPATIBLE).putInt(0x60, INCOMPATIBLE).putInt(0x64, READ_ONLY_COMPATIBLE);
    sb.put(0x68, Layout.uuid()).put(0xEC, Layout.uuid());
    sb.put(0xFC, (byte) NameHash.VERSION).putShort(0xFE, (short) Layout.DESCRIPTOR);
    sb.putShort(0x15C, (short) EXTRA_INODE).putShort(0x15E, (short) EXTRA_INODE);
    sb.putInt(0x160, HASH_OF_UNSIGNED);
    sb.put(0x174, (byte) LOG_FLEX_GROUPS).put(0x175, (byte) 1);
    int end = SIZE - Integer.BYTES;
    sb.putInt(end, new Checksum().bare().bytes(block, START, end).value());
    return block;
  }
}
