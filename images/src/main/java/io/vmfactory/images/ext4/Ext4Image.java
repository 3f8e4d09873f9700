package io.vmfactory.images.ext4;

import io.vmfactory.linux.Holes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A new ext4 file system in a file, written in one pass: first the contents of files, one after the
 * other ({@link #write}), then everything else ({@link #finish}). The same calls give the same
 * bytes. Zeroes are not written: they are holes, in the files of the image and in the image.
 *
 * <p>The file system has no journal and only one superblock. Its features are those that Linux 3.18
 * and newer can write to. Not thread-safe.
 */
public final class Ext4Image implements AutoCloseable {
  /** Part of the identity of an image. Increase it with every change to the bytes made here. */
  public static final int FORMAT = 2;

  private static final int CHUNK = 1 << 20;
  private static final byte[] ZEROES = new byte[Layout.BLOCK];

  private final Path path;
  private final RandomAccessFile file;
  private final Groups groups;
  private final BlockSpace space;
  private final BlockOutput output;
  private final byte[] chunk = new byte[CHUNK];

  private Ext4Image(Path path, RandomAccessFile file, Groups groups) {
    this.path = path;
    this.file = file;
    this.groups = groups;
    this.space = new BlockSpace(groups.firstFree(), groups.blocks());
    this.output = new BlockOutput(file.getChannel());
  }

  /**
   * Creates the file.
   *
   * @param bytes the size of the file system, 16 MiB..16 TiB
   */
  public static Ext4Image create(Path path, long bytes) throws IOException {
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
    try {
      file.setLength(bytes);
      return new Ext4Image(path, file, Groups.of(bytes));
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /**
   * Writes the content of a file.
   *
   * @param size its length in bytes
   * @throws Ext4Exception if the file system is full
   */
  public FileData write(long size, Content content) throws IOException {
    FileData.Extents extents = new FileData.Extents();
    long offset = 0;
    while ((offset = content.nextData(offset)) < size) {
      offset -= offset % Layout.BLOCK;
      int count = (int) Math.min(CHUNK, size - offset);
      content.read(offset, chunk, count);
      write(offset / Layout.BLOCK, count, extents);
      offset += count;
    }
    return new FileData(size, extents.list());
  }

  /** Writes the blocks of the chunk that are not zero. */
  private void write(long logical, int count, FileData.Extents extents) throws IOException {
    int start = 0;
    while (start < count) {
      while (start < count && isZero(start, count)) {
        start += Layout.BLOCK;
      }
      int end = start;
      while (end < count && !isZero(end, count)) {
        end += Layout.BLOCK;
      }
      put(logical, start, Math.min(end, count), extents);
      start = end;
    }
  }

  private boolean isZero(int start, int count) {
    int end = Math.min(start + Layout.BLOCK, count);
    return chunk[start] == 0 && Arrays.equals(chunk, start, end, ZEROES, 0, end - start);
  }

  private void put(long logical, int start, int end, FileData.Extents extents) throws IOException {
    for (int done = start; done < end; ) {
      long wanted = Layout.units(end - done, Layout.BLOCK);
      Extent extent = space.take(logical + done / Layout.BLOCK, wanted);
      int count = (int) Math.min(extent.count() * Layout.BLOCK, end - done);
      output.write(extent.start(), chunk, done, count);
      extents.add(extent);
      done += count;
    }
  }

  /** Frees the space of a content that no file has any more. */
  public void discard(FileData data) {
    data.extents().forEach(space::giveBack);
  }

  /**
   * Writes the tree and all tables. After this, the file system is complete.
   *
   * @throws Ext4Exception if the file system is full, or a file cannot be stored
   */
  public void finish(FileNode root) throws IOException {
    FileTable table = FileTable.of(root);
    Tables tables = groups.tables(table.inodes(), space);
    new InodeWriter(space, output, new BlockOutput(file.getChannel()), tables.firstInode())
        .write(table);
    output.flush();
    punch();
    new TableWriter(groups, tables, space, file.getChannel()).write(table);
  }

  /** Removes contents that were written and then discarded. */
  private void punch() throws IOException {
    try (var holes = Holes.in(path)) {
      for (var run : space.givenBack().entrySet()) {
        holes.punch(run.getKey() * Layout.BLOCK, run.getValue() * Layout.BLOCK);
      }
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
