package io.vmfactory.template;

import io.vmfactory.linux.MemoryFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Guest memory that can be read: a file with holes, on disk or in memory. Holes read as zeros. */
interface PageSource {
  /** Returns the length in bytes. */
  long size();

  /** Returns the start of the first data at or after {@code offset}, or -1 if only holes follow. */
  long nextData(long offset) throws IOException;

  /**
   * Returns the start of the first hole at or after {@code offset}; the end of the file counts as a
   * hole.
   */
  long nextHole(long offset) throws IOException;

  /** Reads at {@code offset} until {@code into} is full. */
  void read(long offset, ByteBuffer into) throws IOException;

  /** Returns the pages of a file in memory. */
  static PageSource of(MemoryFile file) {
    return new PageSource() {
      @Override
      public long size() {
        return file.size();
      }

      @Override
      public long nextData(long offset) {
        return file.nextData(offset);
      }

      @Override
      public long nextHole(long offset) {
        return file.nextHole(offset);
      }

      @Override
      public void read(long offset, ByteBuffer into) {
        file.read(offset, into);
      }
    };
  }
}
