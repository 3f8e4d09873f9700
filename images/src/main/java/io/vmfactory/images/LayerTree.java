package io.vmfactory.images;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.images.ImageException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tree of stacked layers, in memory. Only contents are on the host, in files with numbers as
 * names. No name, link, owner or mode of a layer reaches the host's file system, so a layer cannot
 * escape from its directory.
 */
final class LayerTree {
  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";
  private static final int MOST_LINKS = 40;
  private static final int MOST_ENTRIES = 1_000_000;
  private static final int MOST_PATH = 4096;
  private static final int MOST_NAME = 255;
  private static final int BUFFER = 1 << 16;

  /**
   * The factor by which layers may exceed the image, because later layers replace content of
   * earlier ones.
   */
  private static final int REWRITES = 4;

  private final Node root = Node.directory(Metadata.IMPLIED_DIRECTORY);
  private final Path contents;
  private final long mostBytes;
  private final Deadline deadline;
  private int layer;
  private int entries;
  private long keptBytes;
  private long readBytes;

  /**
   * @param contents an empty directory on the host
   * @param mostBytes the capacity of the image
   */
  LayerTree(Path contents, long mostBytes, Deadline deadline) {
    this.contents = contents;
    this.mostBytes = mostBytes;
    this.deadline = deadline;
  }

  Node root() {
    return root;
  }

  /** Returns an upper bound of the number of files. */
  int entries() {
    return entries;
  }

  /** Adds a layer on top. */
  void add(InputStream tar) throws IOException {
    layer++;
    TarReader reader = new TarReader(tar);
    for (var entry = reader.next(); entry.isPresent(); entry = reader.next()) {
      deadline.check("unpacking " + entry.get().name());
      if (++entries > MOST_ENTRIES) {
        throw new ImageException(
            Reason.TOO_LARGE, "has more than %d files".formatted(MOST_ENTRIES));
      }
      add(entry.get(), reader);
    }
  }

  private void add(TarEntry entry, TarReader reader) throws IOException {
    List<String> path = path(entry.name());
    if (path.isEmpty()) {
      update(root, entry);
      return;
    }
    Node parent = directory(path.subList(0, path.size() - 1), entry.name(), true);
    String name = path.get(path.size() - 1);
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
            || name.indexOf('\n') >= 0
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

  private void update(Node directory, TarEntry entry) {
    if (entry.type() != TarEntry.Type.DIRECTORY) {
      throw new ImageException(Reason.INVALID, "\"/\": must be a directory");
    }
    directory.metadata(entry.metadata());
  }

  private void put(Node parent, String name, TarEntry entry, TarReader reader) throws IOException {
    Node there = parent.children().get(name);
    if (entry.type() == TarEntry.Type.DIRECTORY && there != null && there.isDirectory()) {
      update(there, entry);
      parent.put(name, there, layer);
      return;
    }
    // Find the target of a hard link before removing what it replaces, because both may be the same
    // file.
    Node node =
        switch (entry.type()) {
          case DIRECTORY -> Node.directory(entry.metadata());
          case FILE -> Node.file(entry.metadata(), content(entry, reader));
          case HARD_LINK -> linked(entry);
          default -> Node.special(entry);
        };
    node.named(1);
    remove(parent, name);
    parent.put(name, node, layer);
  }

  private Node linked(TarEntry entry) {
    List<String> path = path(entry.link());
    Node node =
        path.isEmpty()
            ? null
            : directory(path.subList(0, path.size() - 1), entry.link(), false)
                .children()
                .get(path.get(path.size() - 1));
    if (node == null || node.isDirectory()) {
      throw new ImageException(
          Reason.INVALID,
          "%s: is a hard link to %s, which is not a file".formatted(entry.name(), entry.link()));
    }
    return node;
  }

  private Path content(TarEntry entry, TarReader reader) throws IOException {
    if (entry.size() > mostBytes - keptBytes || entry.size() > REWRITES * mostBytes - readBytes) {
      throw new ImageException(
          Reason.TOO_LARGE,
          "%s: does not fit into a file system of %d MiB; increase runtime.rootfs_size"
              .formatted(entry.name(), mostBytes >> 20));
    }
    Path file = contents.resolve(Integer.toString(entries));
    byte[] buffer = new byte[BUFFER];
    try (OutputStream out = Files.newOutputStream(file)) {
      long left = entry.size();
      while (left > 0) {
        deadline.check("unpacking " + entry.name());
        int count = reader.read(buffer, left);
        out.write(buffer, 0, count);
        left -= count;
      }
    }
    keptBytes += entry.size();
    readBytes += entry.size();
    return file;
  }

  /**
   * Returns the directory of a path. Follows links as if the image were the root; rejects links
   * that lead above it.
   *
   * @param make whether the directory belongs to the current layer and is created if missing;
   *     otherwise a missing one is treated as empty
   */
  private Node directory(List<String> path, String of, boolean make) {
    Deque<Node> trail = new ArrayDeque<>(List.of(root));
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
      Node child = trail.element().children().get(name);
      if (child == null && !make) {
        return Node.directory(Metadata.IMPLIED_DIRECTORY);
      }
      if (child == null) {
        child = implied();
      } else if (child.type() == TarEntry.Type.LINK) {
        if (++links > MOST_LINKS) {
          throw new ImageException(Reason.INVALID, of + ": its path has too many links");
        }
        follow(child.target(), trail, rest);
        continue;
      } else if (!child.isDirectory()) {
        throw new ImageException(
            Reason.INVALID, of + ": its path has a file in place of a directory");
      }
      if (make) {
        trail.element().put(name, child, layer);
      }
      trail.push(child);
    }
    return trail.element();
  }

  private void follow(String target, Deque<Node> trail, Deque<String> rest) {
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

  private Node implied() {
    Node directory = Node.directory(Metadata.IMPLIED_DIRECTORY);
    directory.named(1);
    entries++;
    return directory;
  }

  /**
   * Applies a whiteout. It hides only files of lower layers, regardless of its position in its own
   * layer.
   */
  private void whiteOut(Node parent, String name) throws IOException {
    Node there = parent.children().get(name);
    boolean lower = parent.layerOf(name) < layer;
    if (there != null && lower) {
      remove(parent, name);
    } else if (there != null && there.isDirectory()) {
      hideLower(there);
    }
  }

  private void hideLower(Node directory) throws IOException {
    for (String name : List.copyOf(directory.children().keySet())) {
      whiteOut(directory, name);
    }
  }

  /** Removes a name. Removes the file and its content with its last name. */
  private void remove(Node parent, String name) throws IOException {
    Node node = parent.children().remove(name);
    if (node == null || node.named(-1) > 0) {
      return;
    }
    for (String child : List.copyOf(node.children().keySet())) {
      remove(node, child);
    }
    @Nullable Path content = node.content();
    if (content != null) {
      keptBytes -= Files.size(content);
      Files.delete(content);
    }
  }
}
