package io.vmfactory.images;

import io.vmfactory.images.ImageException.Reason;
import io.vmfactory.images.ext4.Content;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The content of a sparse file in a tar archive. Only its data is there, without the holes. */
final class SparseContent implements Content {
  private final List<Segment> segments;
  private final Source source;
  private int current;
  private long used;

  /** Data of the file: where it is in the file, and how long. */
  private record Segment(long offset, long count) {
    long end() {
      return offset + count;
    }
  }

  /** Reads the next bytes of the archive. */
  @FunctionalInterface
  interface Source {
    void read(byte[] into, int start, int count) throws IOException;
  }

  private SparseContent(List<Segment> segments, Source source) {
    this.segments = segments;
    this.source = source;
  }

  /**
   * @param numbers offset and length of each piece of data
   * @param size the size of the file
   * @param stored the sum of all lengths
   */
  static SparseContent of(List<Long> numbers, long size, long stored, Source source) {
    List<Segment> segments = new ArrayList<>();
    long end = 0;
    long sum = 0;
    for (int i = 0; i + 1 < numbers.size(); i += 2) {
      Segment next = new Segment(numbers.get(i), numbers.get(i + 1));
      if (next.offset() < end || next.count() < 0 || next.count() > size - next.offset()) {
        throw damaged();
      }
      end = next.end();
      sum += next.count();
      if (next.count() > 0) {
        segments.add(next);
      }
    }
    if (sum != stored || numbers.size() % 2 != 0) {
      throw damaged();
    }
    return new SparseContent(segments, source);
  }

  static ImageException damaged() {
    return new ImageException(Reason.INVALID, "is damaged: it has a sparse file without sense");
  }

  @Override
  public long nextData(long offset) {
    return current == segments.size()
        ? Long.MAX_VALUE
        : Math.max(offset, segments.get(current).offset() + used);
  }

  @Override
  public void read(long offset, byte[] into, int count) throws IOException {
    Arrays.fill(into, 0, count, (byte) 0);
    long end = offset + count;
    while (current < segments.size() && segments.get(current).offset() + used < end) {
      Segment segment = segments.get(current);
      long start = segment.offset() + used;
      int length = (int) (Math.min(end, segment.end()) - start);
      source.read(into, (int) (start - offset), length);
      used += length;
      if (used == segment.count()) {
        current++;
        used = 0;
      }
    }
  }
}
