package io.vmfactory.images.ext4;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A file of an image under construction. A file with several hard links is in several directories.
 * Names and the targets of links are bytes as ISO 8859-1 characters, so every name is possible.
 */
public final class FileNode {
  private final FileType type;
  private final FileData data;
  private final String target;
  private final Device device;
  private final Map<String, FileNode> children;
  private @Nullable Map<String, Integer> layers;
  private Metadata metadata;
  private int names;
  private int number;

  private FileNode(FileType type, Metadata metadata, FileData data, String target, Device device) {
    this.type = type;
    this.metadata = metadata;
    this.data = data;
    this.target = target;
    this.device = device;
    this.children = type == FileType.DIRECTORY ? new TreeMap<>() : Map.of();
  }

  public static FileNode directory(Metadata metadata) {
    return new FileNode(FileType.DIRECTORY, metadata, FileData.EMPTY, "", Device.NONE);
  }

  public static FileNode file(Metadata metadata, FileData data) {
    return new FileNode(FileType.FILE, metadata, data, "", Device.NONE);
  }

  /**
   * Returns a symbolic link.
   *
   * @param target 1..4095 bytes
   */
  public static FileNode link(Metadata metadata, String target) {
    return new FileNode(FileType.LINK, metadata, FileData.EMPTY, target, Device.NONE);
  }

  /** Returns a device, pipe or socket. */
  public static FileNode special(FileType type, Metadata metadata, Device device) {
    return new FileNode(type, metadata, FileData.EMPTY, "", device);
  }

  public FileType type() {
    return type;
  }

  public boolean isDirectory() {
    return type == FileType.DIRECTORY;
  }

  public Metadata metadata() {
    return metadata;
  }

  public void metadata(Metadata other) {
    this.metadata = other;
  }

  public FileData data() {
    return data;
  }

  public String target() {
    return target;
  }

  Device device() {
    return device;
  }

  /** Returns the children of a directory, by name. */
  public Map<String, FileNode> children() {
    return children;
  }

  /** Adds a child. */
  public void put(String name, FileNode child) {
    children.put(name, child);
  }

  /** Adds a child of a layer. */
  public void put(String name, FileNode child, int layer) {
    children.put(name, child);
    if (layers == null) {
      layers = new HashMap<>();
    }
    layers.put(name, layer);
  }

  /** Returns the last layer that contained the child of that name. */
  public int layerOf(String name) {
    return layers == null ? 0 : layers.getOrDefault(name, 0);
  }

  /** Returns the number of its names. */
  int names() {
    return names;
  }

  /** Changes the number of its names. Returns the new number. */
  public int named(int more) {
    names += more;
    return names;
  }

  /** Returns the number of its inode; 0 if it has none yet. */
  int number() {
    return number;
  }

  void number(int inode) {
    this.number = inode;
  }
}
