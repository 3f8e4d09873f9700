package io.vmfactory.images;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.images.DirectoryTree.Entry;
import io.vmfactory.linux.FileReader;
import io.vmfactory.linux.FileStatus;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A digest of all that is in a directory: names, types, modes, owners, attributes and contents, but
 * not times. Reads everything.
 */
final class TreeDigest {
  private static final int BLOCK = 1 << 16;

  private final SequenceDigest digest = new SequenceDigest();
  private final Map<List<Long>, Long> linked = new HashMap<>();
  private final byte[] block = new byte[BLOCK];
  private final FileReader reader;
  private final Deadline deadline;

  private TreeDigest(FileReader reader, Deadline deadline) {
    this.reader = reader;
    this.deadline = deadline;
  }

  static String of(DirectoryTree tree, FileReader reader, Deadline deadline) throws IOException {
    TreeDigest made = new TreeDigest(reader, deadline);
    for (Entry entry : tree.entries()) {
      made.add(entry);
    }
    return made.digest.hex();
  }

  private void add(Entry entry) throws IOException {
    FileStatus status = entry.status();
    digest.number(entry.depth()).bytes(entry.name().getBytes(ISO_8859_1));
    if (!status.isDirectory() && status.links() > 1) {
      List<Long> identity = List.of(status.device(), status.inode());
      Long first = linked.putIfAbsent(identity, digest.length());
      if (first != null) {
        digest.text("link").number(first);
        return;
      }
    }
    digest.number(status.mode()).number(status.user()).number(status.group());
    for (var attribute : reader.attributes(entry.bytes()).entrySet()) {
      digest.text(attribute.getKey()).bytes(attribute.getValue());
    }
    if (status.isRegular()) {
      data(entry);
    } else if (status.isLink()) {
      digest.bytes(reader.linkTarget(entry.bytes()));
    } else if (!status.isDirectory()) {
      digest.number(status.deviceNumber());
    }
  }

  /** Adds a content. Skips holes, so that a sparse file is fast. */
  private void data(Entry entry) throws IOException {
    long size = entry.status().size();
    digest.number(size);
    try (FileReader.OpenFile file = reader.open(entry.bytes())) {
      for (long offset = 0; offset < size; offset += BLOCK) {
        deadline.check("reading " + entry.shown());
        offset = file.nextData(offset, size) / BLOCK * BLOCK;
        int count = (int) Math.min(BLOCK, size - offset);
        if (count > 0) {
          file.read(offset, block, count);
          digest.number(offset).bytes(block, count);
        }
      }
    }
  }
}
