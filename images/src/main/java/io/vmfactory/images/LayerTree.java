package io.vmfactory.images;

import io.vmfactory.images.ImageException.Reason;
import io.vmfactory.images.ext4.Device;
import io.vmfactory.images.ext4.FileData;
import io.vmfactory.images.ext4.FileNode;
import io.vmfactory.images.ext4.FileType;
import io.vmfactory.images.ext4.Metadata;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * A tree of stacked layers, in memory. Contents go into the image at once; what a later layer
 * replaces is removed from it again. No name, link, owner or mode of a layer reaches the host's
 * file system, so a layer cannot escape from its image.
 */
final class LayerTree {
  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";
  private static final int MOST_LINKS = 40;
  private static final int MOST_ENTRIES = 1_000_000;
  private static final int MOST_PATH = 4096;
  private static final int MOST_NAME = 255;
  private static final long MOST_ID = 0xFFFF_FFFFL;
  private static final int LINK_PERMISSIONS = 0777;

  /**
   * The factor by which layers may exceed the image, because later layers replace content of
   * earlier ones.
   */
  private static final int REWRITES = 4;

  private final FileNode root = FileNode.directory(Metadata.IMPLIED_DIRECTORY);
  private final Making making;
  private final long mostBytes;
  private int layer;
  private int entries;
  private long readBytes;

  /**
   * @param making the image into which contents are written
   * @param mostBytes the capacity of the image
   */
  LayerTree(Making making, long mostBytes) {
    this.making = making;
    this.mostBytes = mostBytes;
  }

  FileNode root() {
    return root;
  }

  /** Adds a layer on top. */
  void add(InputStream tar) throws IOException {
    layer++;
    TarReader reader = new TarReader(tar);
    for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
      making.next(entry.get().name());
      if (++entries > MOST_ENTRIES) {
        throw new ImageException(
            Reason.TOO_LARGE, "has more than %d files".formatted(MOST_ENTRIES));
      }
      add(entry.get(), reader);
    }
  }

  /** What a directory is looked up for. */
  private enum Use {
    /** To read; a missing one is treated as empty. */
    LOOK,
    /** To hide names in it. A missing one is created; another stays as the lower layers have it. */
    HIDE,
    /** To add a name. It belongs to the current layer, and is created if missing. */
    FILL
  }

  private void add(TarEntry entry, TarReader reader) throws IOException {
    List<String> path = path(entry.name());
    if (path.isEmpty()) {
      update(root, entry);
      return;
    }
    String name = path.get(path.size() - 1);
    Use use = name.startsWith(WHITEOUT) ? Use.HIDE : Use.FILL;
    FileNode parent = directory(path.subList(0, path.size() - 1), entry.name(), use);
    if (name.equals(OPAQUE)) {
      hideLower(parent);
    } else if (name.startsWith(WHITEOUT)) {
      whiteOut(parent, name.substring(WHITEOUT.length()));
    } else {
      put(parent, name, entry, reader);
    }
  }

  private static List<String> path(String name) {
    List<String> parts =
        Arrays.stream(name.split("/"))
            .filter(part -> !part.isEmpty() && !part.equals("."))
            .toList();
    boolean strange =
        name.length() > MOST_PATH
            || name.indexOf('\0') >= 0
            || parts.stream().anyMatch(part -> part.length() > MOST_NAME);
    if (parts.contains("..") || strange) {
      throw new ImageException(
          Reason.INVALID,
          "\"%s\": is not a valid file name in an image"
              .formatted(name.replaceAll("\\p{Cntrl}", "?")));
    }
    return parts;
  }

  private void update(FileNode directory, TarEntry entry) {
    if (entry.type() != TarEntry.Type.DIRECTORY) {
      throw new ImageException(Reason.INVALID, "\"/\": must be a directory");
    }
    directory.metadata(metadata(entry));
  }

  private void put(FileNode parent, String name, TarEntry entry, TarReader reader)
      throws IOException {
    FileNode there = parent.children().get(name);
    if (entry.type() == TarEntry.Type.DIRECTORY && there != null && there.isDirectory()) {
      update(there, entry);
      parent.put(name, there, layer);
      return;
    }
    // Find the target of a hard link before removing what it replaces, because both may be the same
    // file.
    FileNode node =
        switch (entry.type()) {
          case DIRECTORY -> FileNode.directory(metadata(entry));
          case FILE -> FileNode.file(metadata(entry), content(entry, reader));
          case HARD_LINK -> linked(entry);
          default -> special(entry);
        };
    node.named(1);
    remove(parent, name);
    parent.put(name, node, layer);
  }

  private FileNode linked(TarEntry entry) {
    List<String> path = path(entry.link());
    FileNode node =
        path.isEmpty()
            ? null
            : directory(path.subList(0, path.size() - 1), entry.link(), Use.LOOK)
                .children()
                .get(path.get(path.size() - 1));
    if (node == null || node.isDirectory()) {
      throw new ImageException(
          Reason.INVALID,
          "%s: is a hard link to %s, which is not a file".formatted(entry.name(), entry.link()));
    }
    return node;
  }

  private FileData content(TarEntry entry, TarReader reader) throws IOException {
    readBytes += entry.stored();
    if (readBytes > REWRITES * mostBytes) {
      throw new ImageException(
          Reason.TOO_LARGE,
          "%s: does not fit into a file system of %d MiB; increase runtime.rootfs_size"
              .formatted(entry.name(), mostBytes >> 20));
    }
    return making.write(entry.name(), entry.size(), reader.content());
  }

  /** Returns a link, device or pipe. */
  private static FileNode special(TarEntry entry) {
    FileType type = entry.type().fileType();
    if (type == FileType.LINK) {
      if (entry.link().isEmpty() || entry.link().length() >= MOST_PATH) {
        throw new ImageException(
            Reason.INVALID, entry.name() + ": is a link with an invalid target");
      }
      return FileNode.link(metadata(entry, LINK_PERMISSIONS), entry.link());
    }
    boolean device = type == FileType.CHARACTER || type == FileType.BLOCK;
    if (device && !entry.device().isValid()) {
      throw new ImageException(
          Reason.INVALID,
          "%s: is a device with the invalid number %d:%d"
              .formatted(entry.name(), entry.device().major(), entry.device().minor()));
    }
    return FileNode.special(type, metadata(entry), device ? entry.device() : Device.NONE);
  }

  private static Metadata metadata(TarEntry entry) {
    return metadata(entry, entry.metadata().mode());
  }

  private static Metadata metadata(TarEntry entry, int mode) {
    Metadata said = entry.metadata();
    for (long id : new long[] {said.user(), said.group()}) {
      if (id < 0 || id > MOST_ID) {
        throw new ImageException(
            Reason.INVALID, "%s: has the invalid owner %d".formatted(entry.name(), id));
      }
    }
    return new Metadata(mode, said.user(), said.group(), said.modified(), said.attributes());
  }

  /**
   * Returns the directory of a path. Follows links as if the image were the root; rejects links
   * that lead above it.
   *
   * @param of the entry that it is looked up for
   */
  private FileNode directory(List<String> path, String of, Use use) {
    Deque<FileNode> trail = new ArrayDeque<>(List.of(root));
    Deque<String> rest = new ArrayDeque<>(path);
    int links = 0;
    while (!rest.isEmpty()) {
      String name = rest.pop();
      if (name.equals("..")) {
        trail.pop();
        if (trail.isEmpty()) {
          throw new ImageException(
              Reason.INVALID, of + ": its path has a link that leads out of the image");
        }
        continue;
      }
      FileNode child = trail.element().children().get(name);
      if (child == null && use == Use.LOOK) {
        return FileNode.directory(Metadata.IMPLIED_DIRECTORY);
      }
      boolean missing = child == null;
      if (child == null) {
        child = implied();
      } else if (child.type() == FileType.LINK) {
        if (++links > MOST_LINKS) {
          throw new ImageException(Reason.INVALID, of + ": its path has too many links");
        }
        follow(child.target(), trail, rest);
        continue;
      } else if (!child.isDirectory()) {
        throw new ImageException(
            Reason.INVALID, of + ": its path has a file in place of a directory");
      }
      if (missing || use == Use.FILL) {
        trail.element().put(name, child, layer);
      }
      trail.push(child);
    }
    return trail.element();
  }

  private void follow(String target, Deque<FileNode> trail, Deque<String> rest) {
    if (target.startsWith("/")) {
      trail.clear();
      trail.push(root);
    }
    List<String> parts = Arrays.asList(target.split("/"));
    for (int i = parts.size() - 1; i >= 0; i--) {
      if (!parts.get(i).isEmpty() && !parts.get(i).equals(".")) {
        rest.push(parts.get(i));
      }
    }
  }

  private FileNode implied() {
    FileNode directory = FileNode.directory(Metadata.IMPLIED_DIRECTORY);
    directory.named(1);
    entries++;
    return directory;
  }

  /**
   * Applies a whiteout. It hides only files of lower layers, regardless of its position in its own
   * layer.
   */
  private void whiteOut(FileNode parent, String name) {
    FileNode there = parent.children().get(name);
    boolean lower = parent.layerOf(name) < layer;
    if (there != null && lower) {
      remove(parent, name);
    } else if (there != null && there.isDirectory()) {
      hideLower(there);
    }
  }

  private void hideLower(FileNode directory) {
    for (String name : List.copyOf(directory.children().keySet())) {
      whiteOut(directory, name);
    }
  }

  /** Removes a name. With its last name, removes the file and its content. */
  private void remove(FileNode parent, String name) {
    FileNode node = parent.children().remove(name);
    if (node == null || node.named(-1) > 0) {
      return;
    }
    for (String child : List.copyOf(node.children().keySet())) {
      remove(node, child);
    }
    making.discard(node.data());
  }
}
