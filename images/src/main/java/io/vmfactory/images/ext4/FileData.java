package io.vmfactory.images.ext4;

import java.util.ArrayList;
import java.util.List;

/** The content of a file that is already in the image. What no extent covers reads as zeroes. */
public final class FileData {
  /** The content of an empty file. */
  public static final FileData EMPTY = new FileData(0, List.of());

  private final long size;
  private final List<Extent> extents;

  FileData(long size, List<Extent> extents) {
    this.size = size;
    this.extents = extents;
  }

  /** Returns the length in bytes. */
  public long size() {
    return size;
  }

  /** Returns the bytes that the content occupies on the disk. */
  public long allocatedBytes() {
    return blocks() * Layout.BLOCK;
  }

  List<Extent> extents() {
    return extents;
  }

  long blocks() {
    return extents.stream().mapToLong(Extent::count).sum();
  }

  /** Collects extents in the order of the file, and joins those that follow each other. */
  static final class Extents {
    private final List<Extent> all = new ArrayList<>(1);

    void add(Extent next) {
      int last = all.size() - 1;
      if (last >= 0 && all.get(last).isFollowedBy(next)) {
        all.set(last, all.get(last).plus(next.count()));
      } else {
        all.add(next);
      }
    }

    List<Extent> list() {
      return all;
    }
  }
}
