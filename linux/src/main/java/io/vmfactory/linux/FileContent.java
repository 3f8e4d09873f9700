package io.vmfactory.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;

/** Reads an open file, with or without a name, and finds its data and holes. */
public final class FileContent implements AutoCloseable {
  private final Descriptor file;
  private final FileChannel channel;
  private final long size;

  private FileContent(Descriptor file, FileChannel channel, long size) {
    this.file = file;
    this.channel = channel;
    this.size = size;
  }

  /** Opens {@code file} once more. It stays the caller's. */
  public static FileContent of(Descriptor file) throws IOException {
    Descriptor own = file.reader();
    try {
      FileChannel channel = FileChannel.open(own.path(), StandardOpenOption.READ);
      return new FileContent(own, channel, channel.size());
    } catch (IOException | RuntimeException e) {
      own.close();
      throw e;
    }
  }

  /** Returns the length in bytes when the file was opened. */
  public long size() {
    return size;
  }

  /** Reads at {@code offset}; returns the number of bytes, or -1 at the end. */
  public int read(ByteBuffer into, long offset) throws IOException {
    return channel.read(into, offset);
  }

  /** Returns the start of the first data at or after {@code offset}; -1 when only holes follow. */
  public long nextData(long offset) throws IOException {
    return Extents.seek(file.path(), file.number(), offset, LibC.SEEK_DATA);
  }

  /**
   * Returns the start of the first hole at or after {@code offset}. The end of the file is a hole.
   */
  public long nextHole(long offset) throws IOException {
    return Extents.seek(file.path(), file.number(), offset, LibC.SEEK_HOLE);
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      file.close();
    }
  }
}
