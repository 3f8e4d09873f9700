package io.vmfactory.template;

import io.vmfactory.linux.OwnFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The pages of a file on disk. */
record DiskPages(Path path, OwnFile file) implements PageSource, AutoCloseable {
  static DiskPages open(Path path) throws IOException {
    return new DiskPages(path, OwnFile.open(path));
  }

  @Override
  public long size() {
    return file.size();
  }

  @Override
  public long nextData(long offset) throws IOException {
    return file.nextData(offset);
  }

  @Override
  public long nextHole(long offset) throws IOException {
    return file.nextHole(offset);
  }

  @Override
  public void read(long offset, ByteBuffer into) throws IOException {
    for (long at = offset; into.hasRemaining(); ) {
      int count = file.read(into, at);
      if (count < 0) {
        throw new EOFException(path + " became shorter while it was read");
      }
      at += count;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
