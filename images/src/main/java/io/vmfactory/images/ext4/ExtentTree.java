package io.vmfactory.images.ext4;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes where the blocks of a file are: in its inode, and in blocks of their own if it has many.
 */
final class ExtentTree {
  /** The most blocks of one extent on the disk. */
  private static final int MOST_BLOCKS = 32768;

  private static final int HEADER = 12;
  private static final int ENTRY = 12;
  private static final int IN_INODE = 4;
  private static final int IN_BLOCK = (Layout.BLOCK - HEADER - Integer.BYTES) / ENTRY;

  private final BlockSpace space;
  private final BlockOutput output;
  private final Checksum checksum = new Checksum();

  ExtentTree(BlockSpace space, BlockOutput output) {
    this.space = space;
    this.output = output;
  }

  /**
   * Writes the tree.
   *
   * @param root the 60 bytes in the inode
   * @return the number of blocks that the tree itself occupies
   */
  long write(List<Extent> extents, ByteBuffer root, int inode) throws IOException {
    List<Extent> level = split(extents);
    long used = 0;
    int depth = 0;
    while (level.size() > IN_INODE) {
      List<Extent> upper = new ArrayList<>();
      for (int i = 0; i < level.size(); i += IN_BLOCK) {
        List<Extent> part = level.subList(i, Math.min(level.size(), i + IN_BLOCK));
        upper.add(new Extent(part.get(0).logical(), block(part, depth, inode), 1));
      }
      used += upper.size();
      level = upper;
      depth++;
    }
    node(root, level, depth, IN_INODE);
    return used;
  }

  private static List<Extent> split(List<Extent> extents) {
    if (extents.stream().allMatch(extent -> extent.count() <= MOST_BLOCKS)) {
      return extents;
    }
    List<Extent> parts = new ArrayList<>();
    for (Extent extent : extents) {
      for (long i = 0; i < extent.count(); i += MOST_BLOCKS) {
        long count = Math.min(MOST_BLOCKS, extent.count() - i);
        parts.add(new Extent(extent.logical() + i, extent.start() + i, count));
      }
    }
    return parts;
  }

  private long block(List<Extent> part, int depth, int inode) throws IOException {
    ByteBuffer block = Layout.buffer(Layout.BLOCK);
    node(block, part, depth, IN_BLOCK);
    int tail = HEADER + IN_BLOCK * ENTRY;
    block.putInt(tail, checksum.ofInode(inode).bytes(Layout.array(block), 0, tail).value());
    long number = space.takeRun(1);
    output.write(number, Layout.array(block));
    return number;
  }

  /**
   * Writes a node.
   *
   * @param depth 0 for extents; otherwise the entries refer to nodes of depth - 1
   */
  private static void node(ByteBuffer node, List<Extent> entries, int depth, int most) {
    node.putShort((short) Layout.EXTENT_MAGIC).putShort((short) entries.size());
    node.putShort((short) most).putShort((short) depth).putInt(0);
    for (Extent entry : entries) {
      node.putInt((int) entry.logical());
      if (depth == 0) {
        node.putShort((short) entry.count()).putShort((short) (entry.start() >>> 32));
        node.putInt((int) entry.start());
      } else {
        node.putInt((int) entry.start()).putShort((short) (entry.start() >>> 32));
        node.putShort((short) 0);
      }
    }
  }
}
