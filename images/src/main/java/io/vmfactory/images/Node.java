package io.vmfactory.images;

import io.vmfactory.images.TarEntry.Device;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A file of an image under construction. A file with several hard links is in several directories.
 */
final class Node {
  private final TarEntry.Type type;
  private final @Nullable Path content;
  private final String target;
  private final Device device;
  private final Map<String, Node> children = new TreeMap<>();
  private final Map<String, Integer> layers = new HashMap<>();
  private Metadata metadata;
  private int names;

  private Node(
      TarEntry.Type type, Metadata metadata, @Nullable Path content, String target, Device device) {
    this.type = type;
    this.metadata = metadata;
    this.content = content;
    this.target = target;
    this.device = device;
  }

  static Node directory(Metadata metadata) {
    return new Node(TarEntry.Type.DIRECTORY, metadata, null, "", new Device(0, 0));
  }

  /**
   * @param content the host file with the content
   */
  static Node file(Metadata metadata, Path content) {
    return new Node(TarEntry.Type.FILE, metadata, content, "", new Device(0, 0));
  }

  /** Returns a link, device or pipe. */
  static Node special(TarEntry entry) {
    return new Node(entry.type(), entry.metadata(), null, entry.link(), entry.device());
  }

  TarEntry.Type type() {
    return type;
  }

  boolean isDirectory() {
    return type == TarEntry.Type.DIRECTORY;
  }

  Metadata metadata() {
    return metadata;
  }

  void metadata(Metadata other) {
    this.metadata = other;
  }

  @Nullable Path content() {
    return content;
  }

  String target() {
    return target;
  }

  Device device() {
    return device;
  }

  /** Returns the children of a directory, by name. */
  Map<String, Node> children() {
    return children;
  }

  /** Adds a child. */
  void put(String name, Node child, int layer) {
    children.put(name, child);
    layers.put(name, layer);
  }

  /** Returns the last layer that contained the child of that name. */
  int layerOf(String name) {
    return layers.getOrDefault(name, 0);
  }

  /** Returns the number of its names. */
  int names() {
    return names;
  }

  /** Changes the number of its names. Returns the new number. */
  int named(int more) {
    names += more;
    return names;
  }
}
