package io.vmfactory.images.ext4;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The blocks of a directory. If there are several, the first ones are an index by the hash of the
 * name, so that looking up a name takes the same time in a directory of any size.
 */
final class DirectoryBlocks {
  /** The checksum at the end of a block has the form of an entry. */
  private static final int TAIL = 12;

  private static final int TAIL_TYPE = 0xDE;
  private static final int ENTRY_HEADER = 8;
  private static final int DOT = 12;

  /** Where the entries of the index begin: in the first block, and in further ones. */
  private static final int ROOT_INDEX = 32;

  private static final int NODE_INDEX = 8;
  private static final int INDEX_ENTRY = 8;
  private static final int ROOT_ENTRIES = entries(ROOT_INDEX);
  private static final int NODE_ENTRIES = entries(NODE_INDEX);

  private final int inode;
  private final int parent;
  private final Checksum checksum = new Checksum();
  private final List<ByteBuffer> blocks = new ArrayList<>();

  private record Entry(String name, int inode, int type, int hash) {
    int length() {
      return ENTRY_HEADER + (name.length() + 3 & ~3);
    }
  }

  /** A part of the index: the least hash of a block, and the block's number in the directory. */
  private record Part(int hash, int block) {}

  private DirectoryBlocks(int inode, int parent) {
    this.inode = inode;
    this.parent = parent;
  }

  /** Returns the blocks of {@code directory}, whose children have numbers. */
  static List<ByteBuffer> of(FileNode directory, int parent) {
    DirectoryBlocks made = new DirectoryBlocks(directory.number(), parent);
    made.add(directory);
    return made.blocks;
  }

  private static int entries(int start) {
    return (Layout.BLOCK - start - INDEX_ENTRY) / INDEX_ENTRY;
  }

  private void add(FileNode directory) {
    long bytes = 2L * DOT;
    for (String name : directory.children().keySet()) {
      bytes += ENTRY_HEADER + (name.length() + 3 & ~3);
    }
    boolean small = bytes <= Layout.BLOCK - TAIL;
    NameHash hash = new NameHash();
    List<Entry> entries = new ArrayList<>(directory.children().size());
    directory
        .children()
        .forEach(
            (name, child) ->
                entries.add(
                    new Entry(
                        name, child.number(), child.type().entry(), small ? 0 : hash.of(name))));
    if (small) {
      linear(entries);
    } else {
      indexed(entries);
    }
  }

  private void linear(List<Entry> entries) {
    ByteBuffer block = Layout.buffer(Layout.BLOCK);
    put(block, new Entry(".", inode, FileType.DIRECTORY.entry(), 0), DOT);
    int last = entries.isEmpty() ? Layout.BLOCK - TAIL - DOT : DOT;
    put(block, new Entry("..", parent, FileType.DIRECTORY.entry(), 0), last);
    leaf(block, entries);
  }

  /** Adds a block with {@code entries}; the last one reaches to the end. */
  private void leaf(ByteBuffer block, List<Entry> entries) {
    int end = Layout.BLOCK - TAIL;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      put(block, entry, i == entries.size() - 1 ? end - block.position() : entry.length());
    }
    block
        .putInt(end, 0)
        .putShort(end + 4, (short) TAIL)
        .putShort(end + 6, (short) (TAIL_TYPE << 8));
    block.putInt(end + 8, checksum.ofInode(inode).bytes(Layout.array(block), 0, end).value());
    blocks.add(block);
  }

  private static void put(ByteBuffer block, Entry entry, int length) {
    int start = block.position();
    block.putInt(entry.inode()).putShort((short) length);
    block.put((byte) entry.name().length()).put((byte) entry.type());
    for (int i = 0; i < entry.name().length(); i++) {
      block.put((byte) entry.name().charAt(i));
    }
    block.position(start + length);
  }

  private void indexed(List<Entry> entries) {
    entries.sort(Comparator.comparingInt(entry -> entry.hash() ^ Integer.MIN_VALUE));
    List<List<Entry>> leaves = leaves(entries);
    int nodes =
        leaves.size() <= ROOT_ENTRIES
            ? 0
            : Math.toIntExact(Layout.units(leaves.size(), NODE_ENTRIES));
    if (nodes > ROOT_ENTRIES) {
      throw Ext4Exception.impossible("a directory has " + entries.size() + " files");
    }
    List<Part> parts = parts(leaves, 1 + nodes);
    if (nodes == 0) {
      root(parts, 0);
    } else {
      List<Part> upper = new ArrayList<>();
      for (int i = 0; i < nodes; i++) {
        upper.add(new Part(parts.get(i * NODE_ENTRIES).hash(), 1 + i));
      }
      root(upper, 1);
      for (int i = 0; i < nodes; i++) {
        int start = i * NODE_ENTRIES;
        node(parts.subList(start, Math.min(parts.size(), start + NODE_ENTRIES)));
      }
    }
    leaves.forEach(leaf -> leaf(Layout.buffer(Layout.BLOCK), leaf));
  }

  private static List<List<Entry>> leaves(List<Entry> entries) {
    List<List<Entry>> leaves = new ArrayList<>();
    int start = 0;
    int bytes = 0;
    for (int i = 0; i < entries.size(); i++) {
      int length = entries.get(i).length();
      if (bytes + length > Layout.BLOCK - TAIL) {
        leaves.add(entries.subList(start, i));
        start = i;
        bytes = 0;
      }
      bytes += length;
    }
    leaves.add(entries.subList(start, entries.size()));
    return leaves;
  }

  /**
   * Returns the index of {@code leaves}. The lowest bit marks a hash that began in the leaf before.
   */
  private static List<Part> parts(List<List<Entry>> leaves, int firstBlock) {
    List<Part> parts = new ArrayList<>();
    int before = 1; // no hash has this bit
    for (int i = 0; i < leaves.size(); i++) {
      List<Entry> leaf = leaves.get(i);
      int hash = leaf.get(0).hash();
      parts.add(new Part(hash == before ? hash | 1 : hash, firstBlock + i));
      before = leaf.get(leaf.size() - 1).hash();
    }
    return parts;
  }

  private void root(List<Part> parts, int levels) {
    ByteBuffer block = Layout.buffer(Layout.BLOCK);
    put(block, new Entry(".", inode, FileType.DIRECTORY.entry(), 0), DOT);
    put(block, new Entry("..", parent, FileType.DIRECTORY.entry(), 0), Layout.BLOCK - DOT);
    block.position(2 * DOT);
    block.putInt(0).put((byte) NameHash.VERSION).put((byte) 8).put((byte) levels).put((byte) 0);
    index(block, parts, ROOT_INDEX, ROOT_ENTRIES);
  }

  private void node(List<Part> parts) {
    ByteBuffer block = Layout.buffer(Layout.BLOCK);
    block.putShort(4, (short) Layout.BLOCK).position(NODE_INDEX);
    index(block, parts, NODE_INDEX, NODE_ENTRIES);
  }

  /** Adds a block of the index. Its first entry has no hash; limit and count are in that place. */
  private void index(ByteBuffer block, List<Part> parts, int start, int limit) {
    block.putShort((short) limit).putShort((short) parts.size()).putInt(parts.get(0).block());
    for (Part part : parts.subList(1, parts.size())) {
      block.putInt(part.hash()).putInt(part.block());
    }
    int value =
        checksum
            .ofInode(inode)
            .bytes(Layout.array(block), 0, start + parts.size() * INDEX_ENTRY)
            .number(0L)
            .value();
    block.putInt(Layout.BLOCK - Integer.BYTES, value);
    blocks.add(block);
  }
}
