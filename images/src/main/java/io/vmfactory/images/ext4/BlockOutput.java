package io.vmfactory.images.ext4;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;

/** Writes blocks to a disk. Blocks that follow each other are collected into large writes. */
final class BlockOutput {
  private static final int BLOCKS = 256;

  private final FileChannel disk;
  private final byte[] buffer = new byte[BLOCKS * Layout.BLOCK];
  private long start;
  private int filled;

  BlockOutput(FileChannel disk) {
    this.disk = disk;
  }

  /**
   * Writes blocks.
   *
   * @param bytes the content, which is padded with zeroes to whole blocks
   */
  void write(long block, byte[] bytes, int offset, int count) throws IOException {
    int padded = Math.toIntExact(Layout.units(count, Layout.BLOCK) * Layout.BLOCK);
    if (block != start + filled / Layout.BLOCK || filled + padded > buffer.length) {
      flush();
      start = block;
    }
    if (padded > buffer.length) {
      put(block, bytes, offset, count);
      start = block + padded / Layout.BLOCK;
      return;
    }
    System.arraycopy(bytes, offset, buffer, filled, count);
    Arrays.fill(buffer, filled + count, filled + padded, (byte) 0);
    filled += padded;
  }

  void write(long block, byte[] bytes) throws IOException {
    write(block, bytes, 0, bytes.length);
  }

  void flush() throws IOException {
    put(start, buffer, 0, filled);
    start += filled / Layout.BLOCK;
    filled = 0;
  }

  private void put(long block, byte[] bytes, int offset, int count) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes, offset, count);
    long position = block * Layout.BLOCK;
    while (rest.hasRemaining()) {
      position += disk.write(rest, position);
    }
  }
}
