package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * Reads guest memory, or a file of a drive, and passes on the pages that are not all zeros. Skips
 * holes without reading them.
 */
final class PageWalk {
  static final int PAGE_BYTES = 4096;
  private static final int CHUNK_BYTES = 1 << 20;
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(PAGE_BYTES).asReadOnlyBuffer();

  private final PageSource source;
  private final PageSink sink;
  private final Deadline deadline;
  private final MessageDigest digest = Sha256.start();
  private final ByteBuffer word = ByteBuffer.allocate(Long.BYTES);
  private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
  private long dataBytes;

  /** Receives one run of pages after another, none of them all zeros. */
  @FunctionalInterface
  interface PageSink {
    void write(long offset, ByteBuffer pages) throws IOException;
  }

  private PageWalk(PageSource source, PageSink sink, Deadline deadline) {
    this.source = source;
    this.sink = sink;
    this.deadline = deadline;
  }

  /**
   * Passes every page of {@code source} that is not all zeros to {@code sink}, and returns the size
   * and digest of the memory. The digest is SHA-256 over the length (8 bytes, big-endian) and then,
   * in ascending order, offset (8 bytes, big-endian) and content of each such page. So it does not
   * depend on where the file has holes, but any changed byte changes it, also one in a hole.
   */
  static MemoryContent copy(PageSource source, PageSink sink, Deadline deadline)
      throws IOException {
    PageWalk walk = new PageWalk(source, sink, deadline);
    walk.digest(source.size());
    walk.run();
    return new MemoryContent(source.size(), walk.dataBytes, Sha256.hex(walk.digest));
  }

  /** Returns how many bytes of {@code source} are in pages that are not all zeros. */
  static long count(PageSource source, Deadline deadline) throws IOException {
    PageWalk walk = new PageWalk(source, (offset, pages) -> {}, deadline);
    walk.run();
    return walk.dataBytes;
  }

  private void run() throws IOException {
    long done = 0;
    for (long at = source.nextData(0); at >= 0; at = source.nextData(done)) {
      long from = Math.max(done, at - at % PAGE_BYTES);
      done = Math.min(source.size(), roundUp(source.nextHole(at)));
      extent(from, done);
      if (done == source.size()) {
        return;
      }
    }
  }

  private static long roundUp(long offset) {
    return (offset + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
  }

  private void extent(long from, long end) throws IOException {
    for (long at = from; at < end; at += CHUNK_BYTES) {
      deadline.check("the copy of guest memory");
      chunk.clear().limit((int) Math.min(CHUNK_BYTES, end - at));
      source.read(at, chunk);
      chunk(at);
    }
  }

  /** Finds the runs of pages in the chunk that are not all zeros. */
  private void chunk(long offset) throws IOException {
    int end = chunk.position();
    int start = 0;
    for (int at = 0; at < end; at += PAGE_BYTES) {
      // The last page of a file that is no guest's memory may be shorter.
      int bytes = Math.min(PAGE_BYTES, end - at);
      ByteBuffer page = chunk.slice(at, bytes);
      if (page.mismatch(ZEROS.slice(0, bytes)) < 0) {
        flush(offset, start, at);
        start = at + bytes;
      } else {
        digest(offset + at);
        digest.update(page);
      }
    }
    flush(offset, start, end);
  }

  private void flush(long offset, int start, int end) throws IOException {
    if (start < end) {
      dataBytes += end - start;
      sink.write(offset + start, chunk.slice(start, end - start));
    }
  }

  private void digest(long number) {
    digest.update(word.putLong(0, number).array());
  }
}
