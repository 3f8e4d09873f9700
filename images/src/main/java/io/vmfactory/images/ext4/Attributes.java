package io.vmfactory.images.ext4;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The extended attributes of a file. They are in its inode if they fit, and in a block of their own
 * if not.
 */
final class Attributes {
  /** The prefixes that Linux's ext4 knows, with their numbers. */
  private static final Map<String, Integer> PREFIXES =
      Map.of("user.", 1, "trusted.", 4, "security.", 6);

  private static final Map<String, Integer> ACCESS_LISTS =
      Map.of(AccessList.ACCESS, 2, AccessList.DEFAULT, 3);

  static final int MAGIC = 0xEA020000;
  private static final int ENTRY = 16;
  private static final int BLOCK_HEADER = 32;

  private final List<Entry> entries = new ArrayList<>();

  private record Entry(int prefix, String name, byte[] value) {
    int length() {
      return ENTRY + (name.length() + 3 & ~3);
    }

    int valueLength() {
      return value.length + 3 & ~3;
    }

    /** Returns the hash of name and value. */
    int hash() {
      int hash = 0;
      for (int i = 0; i < name.length(); i++) {
        hash = Integer.rotateLeft(hash, 5) ^ name.charAt(i);
      }
      ByteBuffer words = Layout.buffer(valueLength()).put(value).rewind();
      while (words.hasRemaining()) {
        hash = Integer.rotateLeft(hash, 16) ^ words.getInt();
      }
      return hash;
    }
  }

  private Attributes(Map<String, String> attributes) {
    attributes.forEach(
        (name, value) -> {
          @Nullable Entry entry = entry(name, value.getBytes(ISO_8859_1));
          if (entry != null) {
            entries.add(entry);
          }
        });
    // The order in which the kernel searches a block.
    entries.sort(
        Comparator.comparingInt(Entry::prefix)
            .thenComparingInt(entry -> entry.name().length())
            .thenComparing(Entry::name));
  }

  /** Leaves out attributes of a kind that ext4 does not have. */
  static Attributes of(Map<String, String> attributes) {
    return new Attributes(attributes);
  }

  private static @Nullable Entry entry(String name, byte[] value) {
    Integer list = ACCESS_LISTS.get(name);
    if (list != null) {
      return AccessList.stored(value).map(stored -> new Entry(list, "", stored)).orElse(null);
    }
    int dot = name.indexOf('.') + 1;
    Integer prefix = PREFIXES.get(name.substring(0, dot));
    return prefix == null || name.length() == dot || name.length() - dot > 255
        ? null
        : new Entry(prefix, name.substring(dot), value);
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Writes the attributes to the rest of an inode. Returns false if they do not fit. */
  boolean putInto(ByteBuffer inode) {
    if (bytes() > inode.remaining() - Integer.BYTES) {
      return false;
    }
    inode.putInt(MAGIC);
    put(inode.slice().order(inode.order()), 0);
    return true;
  }

  private int bytes() {
    int end = Integer.BYTES;
    return end + entries.stream().mapToInt(e -> e.length() + e.valueLength()).sum();
  }

  /** Returns the block with the number {@code number}. */
  byte[] block(long number) {
    if (bytes() > Layout.BLOCK - BLOCK_HEADER) {
      throw Ext4Exception.impossible(
          "a file has %d bytes of extended attributes; at most %d are possible"
              .formatted(bytes(), Layout.BLOCK - BLOCK_HEADER));
    }
    ByteBuffer block = Layout.buffer(Layout.BLOCK);
    block.putInt(MAGIC).putInt(1).putInt(1);
    block.putInt(hash()).position(BLOCK_HEADER);
    put(block, BLOCK_HEADER);
    Checksum checksum = new Checksum().begin().number(number);
    block.putInt(16, checksum.bytes(Layout.array(block), 0, Layout.BLOCK).value());
    return Layout.array(block);
  }

  /** Returns the hash of all entries; 0 if one of them has none. */
  private int hash() {
    int hash = 0;
    for (Entry entry : entries) {
      if (entry.hash() == 0) {
        return 0;
      }
      hash = Integer.rotateLeft(hash, 16) ^ entry.hash();
    }
    return hash;
  }

  /** Writes the entries from the position on, and the values from the end backwards. */
  private void put(ByteBuffer area, int start) {
    area.position(start);
    int values = area.limit();
    for (Entry entry : entries) {
      values -= entry.valueLength();
      area.put((byte) entry.name().length()).put((byte) entry.prefix());
      area.putShort((short) (entry.value().length == 0 ? 0 : values)).putInt(0);
      area.putInt(entry.value().length).putInt(entry.hash());
      int next = area.position() + entry.length() - ENTRY;
      area.put(entry.name().getBytes(ISO_8859_1)).position(next);
      area.put(values, entry.value());
    }
  }
}
