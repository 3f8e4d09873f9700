package io.vmfactory.images;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.images.ImageException.Reason;
import io.vmfactory.linux.ExtendedAttributes;
import io.vmfactory.linux.RawPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A listing of a host directory with everything in it, at one moment. */
final class DirectoryTree {
  private static final int BLOCK = 1 << 16;
  private static final byte[] ZEROES = new byte[BLOCK];

  private final List<Entry> entries = new ArrayList<>();
  private final Deadline deadline;
  private final long device;

  /**
   * @param depth 0 for the directory itself
   */
  private record Entry(Path path, byte[] name, int depth, FileStatus status) {}

  private DirectoryTree(Path root, Deadline deadline) throws IOException {
    this.deadline = deadline;
    FileStatus status = FileStatus.of(root);
    this.device = status.device();
    entries.add(new Entry(root, new byte[0], 0, status));
    walk(root, 1);
  }

  /** Lists every file below {@code root} without reading any content. */
  static DirectoryTree of(Path root, Deadline deadline) throws IOException {
    return new DirectoryTree(root, deadline);
  }

  private void walk(Path directory, int depth) throws IOException {
    deadline.check("reading " + directory);
    for (Entry entry : children(directory, depth)) {
      entries.add(entry);
      if (entry.status().isDirectory()) {
        if (entry.status().device() != device) {
          throw new ImageException(
              Reason.INVALID,
              entry.path()
                  + ": another file system is mounted there; unmount it or copy the directory");
        }
        walk(entry.path(), depth + 1);
      }
    }
  }

  private static List<Entry> children(Path directory, int depth) throws IOException {
    List<Entry> children = new ArrayList<>();
    try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory)) {
      for (Path path : paths) {
        byte[] raw = RawPath.bytes(path);
        int start = raw.length;
        while (raw[start - 1] != '/') {
          start--;
        }
        byte[] name = Arrays.copyOfRange(raw, start, raw.length);
        children.add(new Entry(path, name, depth, FileStatus.of(path)));
      }
    }
    children.sort(Comparator.comparing(Entry::name, Arrays::compareUnsigned));
    return children;
  }

  boolean isEmpty() {
    return entries.size() == 1;
  }

  /** Returns the number of files, including the directory itself. */
  int size() {
    return entries.size();
  }

  /** Returns the status of the directory itself. */
  FileStatus root() {
    return entries.get(0).status();
  }

  boolean holds(String name) {
    return entries.stream().anyMatch(entry -> entry.depth() == 1 && entry.path().endsWith(name));
  }

  /** Returns the time of the latest change to any of the files. */
  FileTime lastChange() {
    return entries.stream()
        .map(entry -> entry.status().changed())
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }

  /**
   * Returns a digest of the listing. If it is unchanged, no file was written, created or removed,
   * and no owner, mode or attribute has changed.
   */
  String stamp() {
    SequenceDigest digest = new SequenceDigest();
    for (Entry entry : entries) {
      digest.number(entry.depth()).bytes(entry.name());
      entry.status().addTo(digest);
    }
    return digest.hex();
  }

  /**
   * Returns a digest of the content: names, types, modes, owners, attributes and file contents, but
   * not times.
   */
  String digest() throws IOException {
    SequenceDigest digest = new SequenceDigest();
    Map<List<Long>, Long> linked = new HashMap<>();
    for (Entry entry : entries) {
      FileStatus status = entry.status();
      digest.number(entry.depth()).bytes(entry.name());
      Long first =
          status.isDirectory() ? null : linked.putIfAbsent(status.identity(), digest.length());
      if (first != null && status.links() > 1) {
        digest.text("link").number(first);
      } else {
        content(entry, digest);
      }
    }
    return digest.hex();
  }

  private void content(Entry entry, SequenceDigest digest) throws IOException {
    FileStatus status = entry.status();
    digest.number(status.mode()).number(status.user()).number(status.group());
    for (var attribute : ExtendedAttributes.of(entry.path()).entrySet()) {
      digest.text(attribute.getKey()).bytes(attribute.getValue());
    }
    if (status.isRegular()) {
      data(entry, digest);
    } else if (status.isLink()) {
      digest.bytes(RawPath.linkTarget(entry.path()));
    } else if (status.isDevice()) {
      digest.number(status.deviceNumber());
    }
  }

  /**
   * Adds the content of a file. Skips blocks of zeroes, whether they are holes or not, so a sparse
   * file is fast.
   */
  private void data(Entry entry, SequenceDigest digest) throws IOException {
    digest.number(entry.status().size());
    byte[] block = new byte[BLOCK];
    try (InputStream in = Files.newInputStream(entry.path())) {
      int count;
      for (long offset = 0; (count = in.readNBytes(block, 0, BLOCK)) > 0; offset += count) {
        deadline.check("reading " + entry.path());
        if (!Arrays.equals(block, 0, count, ZEROES, 0, count)) {
          digest.number(offset).bytes(block, count);
        }
      }
    }
  }
}
