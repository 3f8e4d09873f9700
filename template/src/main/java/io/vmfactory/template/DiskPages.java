package io.vmfactory.template;

import io.vmfactory.linux.Extents;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The pages of a file on disk. */
final class DiskPages implements PageSource, AutoCloseable {
  private final Path file;
  private final FileChannel channel;
  private final Extents extents;
  private final long size;

  private DiskPages(Path file, FileChannel channel, Extents extents) throws IOException {
    this.file = file;
    this.channel = channel;
    this.extents = extents;
    this.size = channel.size();
  }

  static DiskPages open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new DiskPages(file, channel, Extents.open(file));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public long nextData(long offset) throws IOException {
    return extents.nextData(offset);
  }

  @Override
  public long nextHole(long offset) throws IOException {
    return extents.nextHole(offset);
  }

  @Override
  public void read(long offset, ByteBuffer into) throws IOException {
    for (long at = offset; into.hasRemaining(); ) {
      int count = channel.read(into, at);
      if (count < 0) {
        throw new EOFException(file + " became shorter while it was read");
      }
      at += count;
    }
  }

  @Override
  public void close() throws IOException {
    extents.close();
    channel.close();
  }
}
