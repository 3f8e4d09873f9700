package io.vmfactory.images.ext4;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Writes the inodes, and what they need besides the contents of files. */
final class InodeWriter {
  private static final int MOST_LINKS = 65000;
  private static final int SHORT_LINK = 60;

  private final BlockSpace space;
  private final BlockOutput output;
  private final BlockOutput table;
  private final ExtentTree extents;
  private final InodeBytes inode = new InodeBytes();
  private final byte[] block = new byte[Layout.BLOCK];
  private long blockNumber;

  /**
   * @param table writes the table of inodes
   * @param firstInode the first block of the table
   */
  InodeWriter(BlockSpace space, BlockOutput output, BlockOutput table, long firstInode) {
    this.space = space;
    this.output = output;
    this.table = table;
    this.extents = new ExtentTree(space, output);
    this.blockNumber = firstInode;
  }

  void write(FileTable files) throws IOException {
    int slot = 0;
    for (FileNode node : files.nodes()) {
      int next = (node.number() - 1) % Layout.INODES_PER_BLOCK;
      if (next < slot) {
        flush();
      }
      slot = next;
      System.arraycopy(bytes(node, files), 0, block, slot * Layout.INODE, Layout.INODE);
    }
    flush();
    table.flush();
  }

  private void flush() throws IOException {
    table.write(blockNumber++, block);
    Arrays.fill(block, (byte) 0);
  }

  private byte[] bytes(FileNode node, FileTable files) throws IOException {
    inode.begin(node, links(node));
    Attributes attributes = Attributes.of(node.metadata().attributes());
    long blocks = content(node, files);
    if (!attributes.isEmpty() && !attributes.putInto(inode.rest())) {
      long number = space.takeRun(1);
      output.write(number, attributes.block(number));
      inode.attributesBlock(number);
      blocks++;
    }
    inode.blocks(blocks);
    return inode.end(node.number());
  }

  private static int links(FileNode node) {
    if (!node.isDirectory()) {
      if (node.names() > MOST_LINKS) {
        throw Ext4Exception.impossible(
            "a file has %d names; at most %d are possible".formatted(node.names(), MOST_LINKS));
      }
      return node.names();
    }
    long links = 2 + node.children().values().stream().filter(FileNode::isDirectory).count();
    return links > MOST_LINKS ? 1 : (int) links; // 1 stands for a number that is too large
  }

  /** Writes the content. Returns the number of its blocks. */
  private long content(FileNode node, FileTable files) throws IOException {
    ByteBuffer pointers = inode.pointers();
    switch (node.type()) {
      case FILE -> {
        return data(node, node.data(), Layout.EXTENTS_FLAG);
      }
      case DIRECTORY -> {
        List<ByteBuffer> made = DirectoryBlocks.of(node, files.parent(node));
        int index = made.size() > 1 ? Layout.INDEX_FLAG : 0;
        return data(
            node, written(made, (long) made.size() * Layout.BLOCK), index | Layout.EXTENTS_FLAG);
      }
      case LINK -> {
        byte[] target = node.target().getBytes(ISO_8859_1);
        if (target.length >= SHORT_LINK) {
          return data(
              node, written(List.of(Layout.buffer(target)), target.length), Layout.EXTENTS_FLAG);
        }
        pointers.put(target);
        inode.size(target.length);
      }
      case CHARACTER, BLOCK -> {
        Device device = node.device();
        pointers.putInt(device.isOld() ? device.old() : 0);
        pointers.putInt(device.isOld() ? 0 : device.wide());
      }
      case PIPE, SOCKET -> {}
    }
    return 0;
  }

  private long data(FileNode node, FileData data, int flags) throws IOException {
    inode.flags(flags);
    inode.size(data.size());
    return data.blocks() + extents.write(data.extents(), inode.pointers(), node.number());
  }

  /** Writes blocks that are not the content of a regular file. */
  private FileData written(List<ByteBuffer> blocks, long size) throws IOException {
    FileData.Extents all = new FileData.Extents();
    for (int i = 0; i < blocks.size(); i++) {
      Extent extent = space.take(i, 1);
      output.write(extent.start(), Layout.array(blocks.get(i)));
      all.add(extent);
    }
    return new FileData(size, all.list());
  }
}
