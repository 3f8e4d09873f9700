package io.vmfactory.images;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.vmfactory.images.DirectoryTree.Entry;
import io.vmfactory.images.ImageException.Reason;
import io.vmfactory.images.ext4.Content;
import io.vmfactory.images.ext4.Device;
import io.vmfactory.images.ext4.FileData;
import io.vmfactory.images.ext4.FileNode;
import io.vmfactory.images.ext4.FileType;
import io.vmfactory.images.ext4.Metadata;
import io.vmfactory.linux.FileReader;
import io.vmfactory.linux.FileStatus;
import java.io.IOException;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Writes a directory of the host into an image. */
final class DirectorySource {
  private static final int PERMISSIONS = 07777;
  private static final int LINK_PERMISSIONS = 0777;

  private final DirectoryTree tree;
  private final FileReader reader;
  private final IdentityHashMap<Entry, FileNode> directories = new IdentityHashMap<>();
  private final Map<List<Long>, FileNode> linked = new HashMap<>();

  DirectorySource(DirectoryTree tree, FileReader reader) {
    this.tree = tree;
    this.reader = reader;
  }

  /**
   * Writes all files.
   *
   * @throws ImageException if the directory has changed since {@code tree} was read
   */
  FileNode write(Making making) throws IOException {
    Entry root = tree.entries().get(0);
    for (Entry entry : tree.entries()) {
      making.next(entry.name());
      FileNode node = node(entry, making);
      node.named(1);
      if (node.isDirectory()) {
        directories.put(entry, node);
      }
      if (entry.parent() != null) {
        parent(entry).put(entry.name(), node);
      }
    }
    DirectoryTree now = tree.again();
    if (!now.stamp().equals(tree.stamp())) {
      throw new ImageException(
          Reason.CHANGED,
          root.shown() + ": changed while it was read; try again when no process writes to it");
    }
    return parentOrSelf(root);
  }

  private FileNode parent(Entry entry) {
    return parentOrSelf(Objects.requireNonNull(entry.parent()));
  }

  private FileNode parentOrSelf(Entry directory) {
    return Objects.requireNonNull(directories.get(directory));
  }

  private FileNode node(Entry entry, Making making) throws IOException {
    FileStatus status = entry.status();
    if (status.isDirectory() || status.links() == 1) {
      return made(entry, making);
    }
    List<Long> identity = List.of(status.device(), status.inode());
    FileNode first = linked.get(identity);
    if (first == null) {
      first = made(entry, making);
      linked.put(identity, first);
    }
    return first;
  }

  private FileNode made(Entry entry, Making making) throws IOException {
    FileStatus status = entry.status();
    byte[] path = entry.bytes();
    FileType type = FileType.ofMode(status.mode());
    Metadata metadata = metadata(status, type, path);
    return switch (type) {
      case DIRECTORY -> FileNode.directory(metadata);
      case FILE -> FileNode.file(metadata, content(entry, path, making));
      case LINK -> FileNode.link(metadata, new String(reader.linkTarget(path), ISO_8859_1));
      case CHARACTER, BLOCK ->
          FileNode.special(type, metadata, Device.ofStat(status.deviceNumber()));
      case PIPE, SOCKET -> FileNode.special(type, metadata, Device.NONE);
    };
  }

  private Metadata metadata(FileStatus status, FileType type, byte[] path) throws IOException {
    Map<String, String> attributes = new HashMap<>();
    reader
        .attributes(path)
        .forEach((name, value) -> attributes.put(name, new String(value, ISO_8859_1)));
    return new Metadata(
        type == FileType.LINK ? LINK_PERMISSIONS : status.mode() & PERMISSIONS,
        status.user(),
        status.group(),
        new Metadata.FileTime(status.modified().seconds(), status.modified().nanos()),
        attributes);
  }

  private FileData content(Entry entry, byte[] path, Making making) throws IOException {
    FileStatus status = entry.status();
    if (status.size() == 0) {
      return FileData.EMPTY;
    }
    boolean sparse = status.allocatedBytes() < status.size();
    try (FileReader.OpenFile file = reader.open(path)) {
      return making.write(
          entry.name(),
          status.size(),
          new Content() {
            @Override
            public void read(long offset, byte[] into, int count) throws IOException {
              file.read(offset, into, count);
            }

            @Override
            public long nextData(long offset) throws IOException {
              return sparse ? file.nextData(offset, status.size()) : offset;
            }
          });
    }
  }
}
