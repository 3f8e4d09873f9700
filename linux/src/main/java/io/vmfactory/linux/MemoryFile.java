package io.vmfactory.linux;

import java.nio.ByteBuffer;

/**
 * An anonymous file in memory (memfd) that a child process can inherit. Closing it frees the pages
 * as soon as no process maps it any more.
 */
public interface MemoryFile extends AutoCloseable {
  /** Returns the descriptor in this process. */
  int descriptor();

  /** Returns the length in bytes, which is fixed. */
  long size();

  /** Reads at {@code offset} until {@code into} is full. Holes read as zeros. */
  void read(long offset, ByteBuffer into);

  /** Writes all of {@code from} at {@code offset}. */
  void write(long offset, ByteBuffer from);

  /**
   * Returns the start of the first data at or after {@code offset}; -1 when only holes follow
   * (SEEK_DATA).
   */
  long nextData(long offset);

  /**
   * Returns the start of the first hole at or after {@code offset}; the end of the file is a hole
   * (SEEK_HOLE).
   */
  long nextHole(long offset);

  /** Fixes size and content for every process, including this one (F_ADD_SEALS). */
  void seal();

  @Override
  void close();
}
