package io.vmfactory.images.ext4;

import java.util.Map;
import java.util.TreeMap;

/** Hands out the blocks of a disk: first those that were never used, in order, then the others. */
final class BlockSpace {
  private final long end;
  private final TreeMap<Long, Long> free = new TreeMap<>();
  private long next;

  /**
   * @param first the number of the first block that may be handed out
   * @param end the number of blocks of the disk
   */
  BlockSpace(long first, long end) {
    this.next = first;
    this.end = end;
  }

  /**
   * Takes blocks that follow each other.
   *
   * @return the first, and how many: 1..{@code most}
   */
  Extent take(long logical, long most) {
    if (next < end) {
      long count = Math.min(most, end - next);
      next += count;
      return new Extent(logical, next - count, count);
    }
    Map.Entry<Long, Long> run = free.pollFirstEntry();
    if (run == null) {
      throw Ext4Exception.full("the content needs more blocks than the file system has");
    }
    long count = Math.min(most, run.getValue());
    if (count < run.getValue()) {
      free.put(run.getKey() + count, run.getValue() - count);
    }
    return new Extent(logical, run.getKey(), count);
  }

  /** Takes exactly {@code count} blocks that follow each other. Returns the first. */
  long takeRun(long count) {
    if (end - next >= count) {
      next += count;
      return next - count;
    }
    Map.Entry<Long, Long> run =
        free.entrySet().stream()
            .filter(entry -> entry.getValue() >= count)
            .findFirst()
            .orElseThrow(
                () ->
                    Ext4Exception.full(
                        "the content leaves no space for the tables of the file system"));
    long start = run.getKey();
    long rest = run.getValue() - count;
    free.remove(start);
    if (rest > 0) {
      free.put(start + count, rest);
    }
    return start;
  }

  /** Gives blocks back. */
  void giveBack(Extent extent) {
    long start = extent.start();
    long count = extent.count();
    Map.Entry<Long, Long> before = free.lowerEntry(start);
    if (before != null && before.getKey() + before.getValue() == start) {
      start = before.getKey();
      count += before.getValue();
      free.remove(start);
    }
    Long after = free.remove(extent.end());
    free.put(start, after == null ? count : count + after);
  }

  /** Returns the runs of blocks that were given back, by their first block. */
  Map<Long, Long> givenBack() {
    return free;
  }

  /** Returns the number of the first block that was never used. */
  long unused() {
    return next;
  }

  /** Returns the number of free blocks. */
  long count() {
    return end - next + free.values().stream().mapToLong(Long::longValue).sum();
  }
}
