package io.vmfactory.images.ext4;

/**
 * The groups of 128 MiB of a file system. The first one begins with the superblock and the
 * descriptors of all groups; there are no copies of them.
 *
 * @param blocks the number of blocks
 * @param count the number of groups; the last one may be smaller
 */
record Groups(long blocks, int count) {
  /** A rest of fewer blocks is not used. */
  private static final int SMALLEST = 64;

  /** How many bytes of the file system there are for each further file that a guest can create. */
  private static final long BYTES_PER_SPARE_INODE = 16384;

  static Groups of(long bytes) {
    long blocks = bytes / Layout.BLOCK;
    long rest = blocks % Layout.GROUP_BLOCKS;
    blocks -= rest < SMALLEST ? rest : 0;
    return new Groups(blocks, (int) Layout.units(blocks, Layout.GROUP_BLOCKS));
  }

  /** Returns the number of blocks with descriptors; they follow the superblock. */
  long descriptorBlocks() {
    return Layout.units((long) count * Layout.DESCRIPTOR, Layout.BLOCK);
  }

  /** Returns the first block that has no fixed use. */
  long firstFree() {
    return 1 + descriptorBlocks();
  }

  /** Returns the number of blocks in a group. */
  int blocksIn(int group) {
    return (int) Math.min(Layout.GROUP_BLOCKS, blocks - (long) group * Layout.GROUP_BLOCKS);
  }

  /**
   * Takes the space for the tables.
   *
   * @param inodes how many inodes are used; there is space for more
   */
  Tables tables(long inodes, BlockSpace space) {
    long most = (long) count * Layout.GROUP_BLOCKS;
    if (inodes > most) {
      throw Ext4Exception.full("%d files, but there is space for %d".formatted(inodes, most));
    }
    long wanted = inodes + blocks * Layout.BLOCK / BYTES_PER_SPARE_INODE;
    long perGroup = Layout.units(Layout.units(wanted, count), Layout.INODES_PER_BLOCK);
    int inodesPerGroup = (int) Math.min(perGroup * Layout.INODES_PER_BLOCK, Layout.GROUP_BLOCKS);
    long bitmaps = space.takeRun(2L * count);
    long table = space.takeRun((long) count * inodesPerGroup / Layout.INODES_PER_BLOCK);
    return new Tables(inodesPerGroup, bitmaps, bitmaps + count, table);
  }
}
