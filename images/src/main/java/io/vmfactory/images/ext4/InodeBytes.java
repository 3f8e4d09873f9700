package io.vmfactory.images.ext4;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The fields of an inode, by their places in it. */
final class InodeBytes {
  private static final int EXTRA = 32;
  private static final int BASE = 128;
  private static final int SECTORS_PER_BLOCK = Layout.BLOCK / 512;
  private static final int POINTERS = 0x28;
  private static final int POINTERS_BYTES = 60;
  private static final int CHECKSUM_LOW = 0x7C;
  private static final int CHECKSUM_HIGH = 0x82;

  private final ByteBuffer bytes = Layout.buffer(Layout.INODE);
  private final Checksum checksum = new Checksum();

  /** Begins an inode. */
  void begin(FileNode node, int links) {
    Arrays.fill(Layout.array(bytes), (byte) 0);
    Metadata metadata = node.metadata();
    bytes.putShort(0x00, (short) (node.type().bits() | metadata.mode()));
    bytes.putShort(0x02, (short) metadata.user()).putShort(0x78, (short) (metadata.user() >> 16));
    bytes.putShort(0x18, (short) metadata.group()).putShort(0x7A, (short) (metadata.group() >> 16));
    bytes.putShort(0x1A, (short) links);
    bytes.putShort(BASE, (short) EXTRA);
    Metadata.FileTime time = metadata.modified();
    bytes.putInt(0x08, time.low()).putInt(0x0C, time.low()).putInt(0x10, time.low());
    bytes.putInt(0x84, time.extra()).putInt(0x88, time.extra()).putInt(0x8C, time.extra());
    bytes.putInt(0x90, time.low()).putInt(0x94, time.extra());
  }

  void size(long size) {
    bytes.putInt(0x04, (int) size).putInt(0x6C, (int) (size >>> 32));
  }

  /** Sets how many blocks belong to the file. */
  void blocks(long blocks) {
    long sectors = blocks * SECTORS_PER_BLOCK;
    bytes.putInt(0x1C, (int) sectors).putShort(0x74, (short) (sectors >>> 32));
  }

  void flags(int flags) {
    bytes.putInt(0x20, flags);
  }

  void attributesBlock(long block) {
    bytes.putInt(0x68, (int) block).putShort(0x76, (short) (block >>> 32));
  }

  /** Returns the 60 bytes for the places of blocks, or for what takes their place. */
  ByteBuffer pointers() {
    return bytes.slice(POINTERS, POINTERS_BYTES).order(bytes.order());
  }

  /** Returns the bytes after all fields. */
  ByteBuffer rest() {
    int start = BASE + EXTRA;
    return bytes.slice(start, Layout.INODE - start).order(bytes.order());
  }

  /** Returns the inode with its checksum. */
  byte[] end(int number) {
    int value = checksum.ofInode(number).bytes(Layout.array(bytes), 0, Layout.INODE).value();
    bytes.putShort(CHECKSUM_LOW, (short) value);
    bytes.putShort(CHECKSUM_HIGH, (short) (value >>> 16));
    return Layout.array(bytes);
  }
}
