package io.vmfactory.images.ext4;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** Reads single files from a file system that {@link Ext4Image} has written. Not thread-safe. */
public final class Ext4Reader implements AutoCloseable {
  private static final int MOST_LINKS = 40;
  private static final int SHORT_LINK = 60;
  private static final int TYPE = 0170000;

  private final FileChannel disk;
  private final long tableStart;

  /** An inode: its type, its size, and the 60 bytes with the places of its blocks. */
  private record Inode(int type, long size, ByteBuffer pointers) {
    boolean is(FileType other) {
      return type == other.bits();
    }
  }

  private Ext4Reader(FileChannel disk) throws IOException {
    this.disk = disk;
    ByteBuffer first = bytes(Layout.BLOCK, Layout.DESCRIPTOR);
    this.tableStart = number(first, 0x08, 0x28) * Layout.BLOCK;
  }

  public static Ext4Reader open(Path image) throws IOException {
    FileChannel disk = FileChannel.open(image);
    try {
      return new Ext4Reader(disk);
    } catch (IOException | RuntimeException e) {
      disk.close();
      throw e;
    }
  }

  /**
   * Returns the beginning of a regular file; empty if there is no such file. Follows links as if
   * the image were the root.
   *
   * @param path in bytes as ISO 8859-1 characters
   * @param most the most bytes to read
   */
  public Optional<byte[]> read(String path, int most) throws IOException {
    Deque<Integer> trail = new ArrayDeque<>(List.of(Layout.ROOT_INODE));
    Deque<String> rest = new ArrayDeque<>();
    push(path, rest);
    int links = 0;
    while (!rest.isEmpty()) {
      String name = rest.pop();
      if (name.equals("..")) {
        if (trail.size() > 1) {
          trail.pop();
        }
        continue;
      }
      Inode directory = inode(trail.element());
      int child = directory.is(FileType.DIRECTORY) ? child(directory, name) : 0;
      if (child == 0) {
        return Optional.empty();
      }
      Inode inode = inode(child);
      if (!inode.is(FileType.LINK)) {
        trail.push(child);
        continue;
      }
      if (++links > MOST_LINKS) {
        return Optional.empty();
      }
      String target = target(inode);
      if (target.startsWith("/")) {
        trail.clear();
        trail.push(Layout.ROOT_INODE);
      }
      push(target, rest);
    }
    Inode file = inode(trail.element());
    return file.is(FileType.FILE) ? Optional.of(content(file, most)) : Optional.empty();
  }

  private static void push(String path, Deque<String> rest) {
    List<String> parts = new ArrayList<>(Arrays.asList(path.split("/")));
    Collections.reverse(parts);
    for (String part : parts) {
      if (!part.isEmpty() && !part.equals(".")) {
        rest.push(part);
      }
    }
  }

  /** Returns the inode of a file in a directory; 0 if there is none. */
  private int child(Inode directory, String name) throws IOException {
    ByteBuffer entries = Layout.buffer(content(directory, Integer.MAX_VALUE));
    byte[] wanted = name.getBytes(ISO_8859_1);
    for (int start = 0; start < entries.limit(); ) {
      int inode = entries.getInt(start);
      int length = entries.get(start + 6) & 0xFF;
      if (inode != 0 && length == wanted.length) {
        byte[] found = new byte[length];
        entries.get(start + 8, found);
        if (Arrays.equals(found, wanted)) {
          return inode;
        }
      }
      start += Short.toUnsignedInt(entries.getShort(start + 4));
    }
    return 0;
  }

  private String target(Inode link) throws IOException {
    if (link.size() >= SHORT_LINK) {
      return new String(content(link, Layout.BLOCK), ISO_8859_1);
    }
    byte[] target = new byte[(int) link.size()];
    link.pointers().get(0, target);
    return new String(target, ISO_8859_1);
  }

  private Inode inode(int number) throws IOException {
    ByteBuffer raw = bytes(tableStart + (number - 1L) * Layout.INODE, Layout.INODE);
    int type = raw.getShort(0) & TYPE;
    return new Inode(type, number(raw, 0x04, 0x6C), raw.slice(0x28, SHORT_LINK).order(raw.order()));
  }

  private byte[] content(Inode inode, int most) throws IOException {
    ByteBuffer content = Layout.buffer((int) Math.min(most, inode.size()));
    read(inode.pointers(), content);
    return Layout.array(content);
  }

  /** Reads the blocks of a node of a tree of extents. */
  private void read(ByteBuffer node, ByteBuffer into) throws IOException {
    int count = node.getShort(2);
    int depth = node.getShort(6);
    for (int i = 1; i <= count; i++) {
      int entry = 12 * i;
      long offset = Integer.toUnsignedLong(node.getInt(entry)) * Layout.BLOCK;
      if (offset >= into.limit()) {
        return;
      }
      if (depth == 0) {
        long start =
            Integer.toUnsignedLong(node.getInt(entry + 8))
                + ((long) node.getShort(entry + 6) << 32);
        long bytes = Short.toUnsignedLong(node.getShort(entry + 4)) * Layout.BLOCK;
        int length = (int) Math.min(bytes, into.limit() - offset);
        into.put((int) offset, Layout.array(bytes(start * Layout.BLOCK, length)));
      } else {
        long block =
            Integer.toUnsignedLong(node.getInt(entry + 4))
                + ((long) node.getShort(entry + 8) << 32);
        read(bytes(block * Layout.BLOCK, Layout.BLOCK), into);
      }
    }
  }

  private static long number(ByteBuffer buffer, int low, int high) {
    return Integer.toUnsignedLong(buffer.getInt(low)) + ((long) buffer.getInt(high) << 32);
  }

  private ByteBuffer bytes(long position, int count) throws IOException {
    ByteBuffer bytes = Layout.buffer(count);
    while (bytes.hasRemaining()) {
      int read = disk.read(bytes, position + bytes.position());
      if (read < 0) {
        throw new IOException("the image ends at byte " + (position + bytes.position()));
      }
    }
    return bytes.flip();
  }

  @Override
  public void close() throws IOException {
    disk.close();
  }
}
