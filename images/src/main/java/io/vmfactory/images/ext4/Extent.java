package io.vmfactory.images.ext4;

/**
 * Blocks of a file that follow each other on the disk.
 *
 * @param logical the number of the first block in the file
 * @param start the number of the first block on the disk
 * @param count the number of blocks, at least 1
 */
record Extent(long logical, long start, long count) {
  /** Returns the number of the block after the last, on the disk. */
  long end() {
    return start + count;
  }

  /** Returns whether {@code next} continues this extent in the file and on the disk. */
  boolean isFollowedBy(Extent next) {
    return next.start == end() && next.logical == logical + count;
  }

  Extent plus(long more) {
    return new Extent(logical, start, count + more);
  }
}
