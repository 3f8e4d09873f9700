package io.vmfactory.linux;

import java.nio.ByteBuffer;

/**
 * An anonymous file in memory (memfd) that a child process can inherit. Closing it frees the pages
 * as soon as the last process that maps it is gone.
 */
public interface MemoryFile extends AutoCloseable {
  /** The descriptor in this process. */
  int descriptor();

  /** Length in bytes, fixed. */
  long size();

  /** Reads at {@code offset} until {@code into} is full. Holes read as zeros. */
  void read(long offset, ByteBuffer into);

  /** Writes all of {@code from} at {@code offset}. */
  void write(long offset, ByteBuffer from);

  /**
   * Start of the first data at or after {@code offset}, or -1 when only holes follow (SEEK_DATA).
   */
  long nextData(long offset);

  /**
   * Start of the first hole at or after {@code offset}; the end of the file counts as one
   * (SEEK_HOLE).
   */
  long nextHole(long offset);

  /** From now on nobody, this process included, can change size or content (F_ADD_SEALS). */
  void seal();

  @Override
  void close();
}
