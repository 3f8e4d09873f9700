package io.vmfactory.images;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.vmfactory.configs.host.HostText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.images.ImageException.Reason;
import io.vmfactory.linux.FileReader;
import io.vmfactory.linux.FileStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A listing of a host directory with everything in it, at one moment. */
final class DirectoryTree {
  private final List<Entry> entries = new ArrayList<>();
  private final FileReader reader;
  private final Deadline deadline;
  private final long device;

  /**
   * A file.
   *
   * @param name its bytes as ISO 8859-1 characters; empty for the directory itself
   * @param path the path of the directory itself; empty for what is in it
   */
  record Entry(String name, byte[] path, @Nullable Entry parent, FileStatus status) {
    /** Returns the path as the bytes that the kernel uses. */
    byte[] bytes() {
      return parent == null ? path : join(parent.bytes(), name.getBytes(ISO_8859_1));
    }

    /** Returns the path for people. */
    String shown() {
      return HostText.shown(HostText.of(bytes()));
    }

    int depth() {
      return parent == null ? 0 : 1 + parent.depth();
    }
  }

  private DirectoryTree(byte[] root, FileReader reader, Deadline deadline) throws IOException {
    this.reader = reader;
    this.deadline = deadline;
    FileStatus status = reader.status(root);
    this.device = status.device();
    Entry first = new Entry("", root, null, status);
    entries.add(first);
    walk(first, root);
  }

  /**
   * Lists every file below {@code root} without reading any content.
   *
   * @param root its path, in bytes
   */
  static DirectoryTree of(byte[] root, FileReader reader, Deadline deadline) throws IOException {
    return new DirectoryTree(root, reader, deadline);
  }

  private void walk(Entry directory, byte[] path) throws IOException {
    deadline.check("reading a directory");
    List<byte[]> names = reader.names(path);
    List<String> sorted = new ArrayList<>(names.size());
    names.forEach(name -> sorted.add(new String(name, ISO_8859_1)));
    Collections.sort(sorted);
    for (String name : sorted) {
      byte[] child = join(path, name.getBytes(ISO_8859_1));
      Entry entry = new Entry(name, new byte[0], directory, reader.status(child));
      entries.add(entry);
      if (entry.status().isDirectory()) {
        if (entry.status().device() != device) {
          throw new ImageException(
              Reason.INVALID,
              entry.shown()
                  + ": another file system is mounted there; unmount it or copy the directory");
        }
        walk(entry, child);
      }
    }
  }

  private static byte[] join(byte[] directory, byte[] name) {
    byte[] path = Arrays.copyOf(directory, directory.length + 1 + name.length);
    path[directory.length] = '/';
    System.arraycopy(name, 0, path, directory.length + 1, name.length);
    return path;
  }

  boolean isEmpty() {
    return entries.size() == 1;
  }

  /** Returns the files, each after its directory; the first is the directory itself. */
  List<Entry> entries() {
    return entries;
  }

  /** Returns the time of the latest change to any of the files. */
  FileStatus.Time lastChange() {
    return entries.stream()
        .map(entry -> entry.status().changed())
        .max(FileStatus.Time::compareTo)
        .orElseThrow();
  }

  /**
   * Returns a digest of the listing. If it is unchanged, no file was written, created or removed,
   * and no owner, mode or attribute has changed.
   */
  String stamp() {
    SequenceDigest digest = new SequenceDigest();
    for (Entry entry : entries) {
      FileStatus status = entry.status();
      digest.number(entry.depth()).bytes(entry.name().getBytes(ISO_8859_1));
      digest.number(status.device()).number(status.inode()).number(status.mode());
      digest.number(status.links()).number(status.user()).number(status.group());
      digest.number(status.deviceNumber()).number(status.size());
      add(status.modified(), digest);
      add(status.changed(), digest);
    }
    return digest.hex();
  }

  private static void add(FileStatus.Time time, SequenceDigest digest) {
    digest.number(time.seconds()).number(time.nanos());
  }
}
