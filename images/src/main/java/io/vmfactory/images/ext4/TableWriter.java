package io.vmfactory.images.ext4;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Map;

/** Writes the bitmaps, the descriptors of the groups, and the superblock. */
final class TableWriter {
  private static final int INODES_UNUSED = 1;
  private static final int BLOCKS_UNUSED = 2;
  private static final int TABLE_ZEROED = 4;

  private final Groups groups;
  private final Tables tables;
  private final BlockSpace space;
  private final FileChannel disk;
  private final Checksum checksum = new Checksum();

  TableWriter(Groups groups, Tables tables, BlockSpace space, FileChannel disk) {
    this.groups = groups;
    this.tables = tables;
    this.space = space;
    this.disk = disk;
  }

  void write(FileTable files) throws IOException {
    int[] directories = new int[groups.count()];
    for (FileNode node : files.nodes()) {
      if (node.isDirectory()) {
        directories[(node.number() - 1) / tables.inodesPerGroup()]++;
      }
    }
    ByteBuffer descriptors =
        Layout.buffer(Math.toIntExact(groups.descriptorBlocks() * Layout.BLOCK));
    BlockOutput blockBitmaps = new BlockOutput(disk);
    BlockOutput inodeBitmaps = new BlockOutput(disk);
    for (int group = 0; group < groups.count(); group++) {
      descriptors.position(group * Layout.DESCRIPTOR);
      ByteBuffer descriptor =
          descriptors.slice(descriptors.position(), Layout.DESCRIPTOR).order(descriptors.order());
      blocks(descriptor, group, blockBitmaps);
      inodes(descriptor, group, files.inodes(), inodeBitmaps);
      place(descriptor, 0x08, 0x28, tables.firstInode() + group * tables.tableBlocks());
      half(descriptor, 0x10, 0x30, directories[group]);
      end(descriptor, group);
    }
    blockBitmaps.flush();
    inodeBitmaps.flush();
    BlockOutput out = new BlockOutput(disk);
    out.write(0, Superblock.block(groups, tables, files.inodes(), space.count()));
    out.write(1, Layout.array(descriptors));
    out.flush();
  }

  private void blocks(ByteBuffer descriptor, int group, BlockOutput out) throws IOException {
    byte[] bitmap = new byte[Layout.BLOCK];
    int size = groups.blocksIn(group);
    int used = used(bitmap, (long) group * Layout.GROUP_BLOCKS, size);
    long number = tables.blockBitmaps() + group;
    place(descriptor, 0x00, 0x20, number);
    half(descriptor, 0x0C, 0x2C, size - used);
    if (used == 0 && group != groups.count() - 1) {
      flag(descriptor, BLOCKS_UNUSED);
      return;
    }
    set(bitmap, size, Layout.GROUP_BLOCKS);
    half(descriptor, 0x18, 0x38, checksum.begin().bytes(bitmap, 0, Layout.BLOCK).value());
    out.write(number, bitmap);
  }

  /** Sets the bits of used blocks. Returns their number. */
  private int used(byte[] bitmap, long first, int size) {
    int used = (int) Math.max(0, Math.min(size, space.unused() - first));
    set(bitmap, 0, used);
    long end = first + used;
    Map<Long, Long> free = space.givenBack();
    int freed = 0;
    for (Map.Entry<Long, Long> run : free.entrySet()) {
      long from = Math.max(first, run.getKey());
      long to = Math.min(end, run.getKey() + run.getValue());
      for (long block = from; block < to; block++) {
        int bit = (int) (block - first);
        bitmap[bit >> 3] &= (byte) ~(1 << (bit & 7));
        freed++;
      }
    }
    return used - freed;
  }

  private static void set(byte[] bitmap, int from, int to) {
    int bit = from;
    for (; bit < to && (bit & 7) != 0; bit++) {
      bitmap[bit >> 3] |= (byte) (1 << (bit & 7));
    }
    if (bit < to) {
      Arrays.fill(bitmap, bit >> 3, to >> 3, (byte) 0xFF);
      bit = Math.max(bit, to & ~7);
    }
    for (; bit < to; bit++) {
      bitmap[bit >> 3] |= (byte) (1 << (bit & 7));
    }
  }

  private void inodes(ByteBuffer descriptor, int group, long last, BlockOutput out)
      throws IOException {
    int size = tables.inodesPerGroup();
    int used = (int) Math.max(0, Math.min(size, last - (long) group * size));
    long number = tables.inodeBitmaps() + group;
    place(descriptor, 0x04, 0x24, number);
    half(descriptor, 0x0E, 0x2E, size - used);
    half(descriptor, 0x1C, 0x32, size - used);
    flag(descriptor, TABLE_ZEROED);
    if (used == 0) {
      flag(descriptor, INODES_UNUSED);
      return;
    }
    byte[] bitmap = new byte[Layout.BLOCK];
    set(bitmap, 0, used);
    set(bitmap, size, Layout.GROUP_BLOCKS);
    half(descriptor, 0x1A, 0x3A, checksum.begin().bytes(bitmap, 0, size / 8).value());
    out.write(number, bitmap);
  }

  private static void flag(ByteBuffer descriptor, int flag) {
    descriptor.putShort(0x12, (short) (descriptor.getShort(0x12) | flag));
  }

  /** Writes the number of a block in two parts. */
  private static void place(ByteBuffer descriptor, int low, int high, long block) {
    descriptor.putInt(low, (int) block).putInt(high, (int) (block >>> 32));
  }

  /** Writes a number of 32 bits in two parts. */
  private static void half(ByteBuffer descriptor, int low, int high, int value) {
    descriptor.putShort(low, (short) value).putShort(high, (short) (value >>> 16));
  }

  private void end(ByteBuffer descriptor, int group) {
    byte[] bytes = new byte[Layout.DESCRIPTOR];
    descriptor.get(0, bytes);
    int value = checksum.begin().number(group).bytes(bytes, 0, bytes.length).value();
    descriptor.putShort(0x1E, (short) value);
  }
}
