package io.vmfactory.images;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.vmfactory.configs.host.HostText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.images.ImageException.Reason;
import io.vmfactory.linux.FileReader;
import io.vmfactory.linux.FileStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A listing of a host directory with everything in it, at one moment. */
final class DirectoryTree {
  private static final byte[] NONE = new byte[0];

  private final List<Entry> entries = new ArrayList<>();
  private final FileReader reader;
  private final Deadline deadline;
  private final Map<String, Optional<byte[]>> instead;
  private final long device;

  /**
   * A file.
   *
   * @param name its bytes as ISO 8859-1 characters; empty for the directory itself
   * @param path where it is, if that is not in its directory; else empty
   */
  record Entry(String name, byte[] path, @Nullable Entry parent, FileStatus status) {
    /** Returns the path as the bytes that the kernel uses. */
    byte[] bytes() {
      return parent == null || path.length > 0
          ? path
          : LayerStack.join(parent.bytes(), name.getBytes(ISO_8859_1));
    }

    /** Returns the path for people. */
    String shown() {
      return HostText.shown(HostText.of(bytes()));
    }

    int depth() {
      return parent == null ? 0 : 1 + parent.depth();
    }
  }

  private DirectoryTree(
      byte[] root, Map<String, Optional<byte[]>> instead, FileReader reader, Deadline deadline)
      throws IOException {
    this.reader = reader;
    this.instead = instead;
    this.deadline = deadline;
    FileStatus status = reader.status(root);
    this.device = status.device();
    Entry first = new Entry("", root, null, status);
    entries.add(first);
    walk(first, root, "");
  }

  /**
   * Lists every file below {@code root} without reading any content.
   *
   * @param root its path, in bytes
   */
  static DirectoryTree of(byte[] root, FileReader reader, Deadline deadline) throws IOException {
    return of(root, Map.of(), reader, deadline);
  }

  /**
   * The same, with other files at some places.
   *
   * @param instead the paths of these files by their place, which is relative and has its bytes as
   *     ISO 8859-1 characters; empty if there is none. Of a directory, its owner, mode and
   *     attributes are taken, and not what is in it.
   */
  static DirectoryTree of(
      byte[] root, Map<String, Optional<byte[]>> instead, FileReader reader, Deadline deadline)
      throws IOException {
    return new DirectoryTree(root, instead, reader, deadline);
  }

  /** Lists the directory again, as it is now. */
  DirectoryTree again() throws IOException {
    return of(entries.get(0).bytes(), instead, reader, deadline);
  }

  private void walk(Entry directory, byte[] path, String at) throws IOException {
    deadline.check("reading a directory");
    List<byte[]> names = reader.names(path);
    List<String> sorted = new ArrayList<>(names.size());
    names.forEach(name -> sorted.add(new String(name, ISO_8859_1)));
    Collections.sort(sorted);
    boolean apart = directory.parent() != null && directory.path().length > 0;
    for (String name : sorted) {
      byte[] child = LayerStack.join(path, name.getBytes(ISO_8859_1));
      byte[] file = instead.getOrDefault(at + name, Optional.of(child)).orElse(NONE);
      if (file.length == 0) {
        continue;
      }
      boolean elsewhere = apart || instead.containsKey(at + name);
      Entry entry = new Entry(name, elsewhere ? file : NONE, directory, reader.status(file));
      entries.add(entry);
      if (entry.status().isDirectory()) {
        requireSameDevice(entry, child);
        walk(entry, child, at + name + "/");
      }
    }
  }

  private void requireSameDevice(Entry directory, byte[] path) throws IOException {
    if (reader.status(path).device() != device) {
      throw new ImageException(
          Reason.INVALID,
          directory.shown()
              + ": another file system is mounted there; unmount it or copy the directory");
    }
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
