package io.vmfactory.template;

import io.vmfactory.linux.MemoryFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Guest memory to be read: a file with holes, on disk or in memory. Holes are zeros. */
interface PageSource {
  /** Length in bytes. */
  long size();

  /** Start of the first data at or after {@code offset}, or -1 when only holes follow. */
  long nextData(long offset) throws IOException;

  /** Start of the first hole at or after {@code offset}; the end counts as one. */
  long nextHole(long offset) throws IOException;

  /** Reads at {@code offset} until {@code into} is full. */
  void read(long offset, ByteBuffer into) throws IOException;

  /** The pages of a file in memory. */
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
