package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.MemoryFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * Guest memory as the difference to that of another template. A file of it is as long as the
 * memory, and then has one bit for each page: the page is all zeros now and was not before. Other
 * pages that the file does not contain are the other template's.
 */
final class MemoryDifference {
  private static final int PAGE = PageWalk.PAGE_BYTES;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(PAGE).asReadOnlyBuffer();

  private final MemoryFile compared;
  private final ByteBuffer other = ByteBuffer.allocateDirect(1 << 20);

  private MemoryDifference(MemoryFile compared) {
    this.compared = compared;
  }

  /** Returns the length of a file, for memory of that length. */
  static long bytes(long memoryBytes) {
    long bitmap = memoryBytes / PAGE / Byte.SIZE;
    return memoryBytes + (bitmap + PAGE - 1) / PAGE * PAGE;
  }

  /**
   * Passes the difference of {@code memory} to {@code base} to {@code sink}. Both have the same
   * length.
   *
   * @return size and digest of the whole memory, not of the difference
   */
  static MemoryContent write(
      MemoryFile memory, MemoryFile base, PageWalk.PageSink sink, Deadline deadline)
      throws IOException {
    MemoryDifference difference = new MemoryDifference(base);
    MemoryContent whole =
        PageWalk.copy(
            PageSource.of(memory), (at, run) -> difference.changed(at, run, sink), deadline);
    BitSet zeroed = new MemoryDifference(memory).zeroedBy(base, deadline);
    if (!zeroed.isEmpty()) {
      sink.write(memory.size(), ByteBuffer.wrap(zeroed.toByteArray()));
    }
    return whole;
  }

  /** Returns what the memory that runs are compared with has at the place of a run. */
  private ByteBuffer at(long offset, int bytes) {
    other.clear().limit(bytes);
    compared.read(offset, other);
    return other.flip();
  }

  private void changed(long offset, ByteBuffer run, PageWalk.PageSink sink) throws IOException {
    ByteBuffer before = at(offset, run.remaining());
    int end = run.remaining();
    int start = 0;
    for (int page = 0; page < end; page += PAGE) {
      if (run.slice(page, PAGE).mismatch(before.slice(page, PAGE)) < 0) {
        pass(offset, run, start, page, sink);
        start = page + PAGE;
      }
    }
    pass(offset, run, start, end, sink);
  }

  private static void pass(long offset, ByteBuffer run, int start, int end, PageWalk.PageSink sink)
      throws IOException {
    if (start < end) {
      sink.write(offset + start, run.slice(start, end - start));
    }
  }

  /** Returns the pages that {@code older} has, and that are all zeros in the compared memory. */
  private BitSet zeroedBy(MemoryFile older, Deadline deadline) throws IOException {
    BitSet zeroed = new BitSet();
    PageWalk.copy(
        PageSource.of(older),
        (offset, run) -> {
          ByteBuffer now = at(offset, run.remaining());
          for (int page = 0; page < now.limit(); page += PAGE) {
            if (now.slice(page, PAGE).mismatch(ZEROS) < 0) {
              zeroed.set(Math.toIntExact((offset + page) / PAGE));
            }
          }
        },
        deadline);
    return zeroed;
  }

  /**
   * Turns the memory of the other template into this one's.
   *
   * @param bytes length of the memory
   * @param memory receives runs of pages, those that are all zeros now one by one at the end
   * @return size and digest of what was read from {@code difference}
   */
  static MemoryContent apply(
      PageSource difference, long bytes, PageWalk.PageSink memory, Deadline deadline)
      throws IOException {
    ByteBuffer bits = ByteBuffer.allocate(Math.toIntExact(difference.size() - bytes));
    MemoryContent read =
        PageWalk.copy(
            difference,
            (offset, run) -> {
              if (offset < bytes) {
                memory.write(offset, run);
              } else {
                bits.put(Math.toIntExact(offset - bytes), run, run.position(), run.remaining());
              }
            },
            deadline);
    BitSet zeroed = BitSet.valueOf(bits);
    long pages = bytes / PAGE;
    for (int page = zeroed.nextSetBit(0); page >= 0; page = zeroed.nextSetBit(page + 1)) {
      if (page < pages) {
        memory.write((long) page * PAGE, ZEROS.duplicate());
      }
    }
    return read;
  }
}
