package io.vmfactory.factory.app;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Reads copy-on-write layers as QEMU writes them (docs/interop/qcow2.txt in QEMU's source): no
 * compression, no encryption, no snapshots.
 */
final class Qcow2Chain {
  private static final int MAGIC = 0x514649fb;
  private static final long OFFSET = 0x00fffffffffffe00L;
  private static final long ZERO = 1;

  private Qcow2Chain() {}

  /**
   * Writes what a drive shows to {@code out}, as long as its image.
   *
   * @param files the image, then the layers over it, the lowest first
   */
  static void flatten(List<Path> files, Path out) throws IOException {
    Files.copy(files.get(0), out, StandardCopyOption.REPLACE_EXISTING);
    long size = Files.size(out);
    try (FileChannel to = FileChannel.open(out, StandardOpenOption.WRITE)) {
      for (Path layer : files.subList(1, files.size())) {
        try (FileChannel from = FileChannel.open(layer)) {
          apply(from, to, size);
        }
      }
    }
  }

  private static void apply(FileChannel from, FileChannel to, long size) throws IOException {
    ByteBuffer header = read(from, 0, 48);
    if (header.getInt(0) != MAGIC) {
      throw new IOException("not a qcow2 file");
    }
    int cluster = 1 << header.getInt(20);
    int entries = cluster / Long.BYTES;
    ByteBuffer first = read(from, header.getLong(40), header.getInt(36) * Long.BYTES);
    for (int i = 0; i < header.getInt(36); i++) {
      long table = first.getLong(i * Long.BYTES) & OFFSET;
      for (int k = 0; table != 0 && k < entries; k++) {
        long at = ((long) i * entries + k) * cluster;
        if (at >= size) {
          return;
        }
        long entry = read(from, table + (long) k * Long.BYTES, Long.BYTES).getLong(0);
        write(from, entry, to, at, (int) Math.min(cluster, size - at));
      }
    }
  }

  private static void write(FileChannel from, long entry, FileChannel to, long at, int length)
      throws IOException {
    if ((entry & ZERO) != 0) {
      to.write(ByteBuffer.allocate(length), at);
    } else if ((entry & OFFSET) != 0) {
      to.write(read(from, entry & OFFSET, length), at);
    }
  }

  private static ByteBuffer read(FileChannel from, long at, int length) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(length);
    while (into.hasRemaining() && from.read(into, at + into.position()) >= 0) {}
    return into.clear(); // zeros beyond the end of the file
  }
}
