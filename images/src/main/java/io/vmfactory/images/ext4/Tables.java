package io.vmfactory.images.ext4;

/**
 * Where the tables of a file system are. Those of all groups are in one place, one after the other.
 *
 * @param inodesPerGroup a multiple of 16, at most 32768
 * @param blockBitmaps the first of the blocks with the bitmaps of blocks, one for each group
 * @param inodeBitmaps the same for inodes
 * @param firstInode the first block of the table of inodes
 */
record Tables(int inodesPerGroup, long blockBitmaps, long inodeBitmaps, long firstInode) {
  long tableBlocks() {
    return inodesPerGroup / Layout.INODES_PER_BLOCK;
  }
}
