package io.vmfactory.images.ext4;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** All files of a tree in the order of their inodes. */
final class FileTable {
  private final List<FileNode> nodes = new ArrayList<>();
  private final Map<FileNode, Integer> parents = new HashMap<>();

  private FileTable() {}

  /**
   * Numbers the files below {@code root}: breadth first, by name. Needs no stack for deep trees.
   */
  static FileTable of(FileNode root) {
    FileTable table = new FileTable();
    root.number(Layout.ROOT_INODE);
    table.nodes.add(root);
    table.parents.put(root, Layout.ROOT_INODE);
    Deque<FileNode> rest = new ArrayDeque<>(List.of(root));
    while (!rest.isEmpty()) {
      FileNode directory = rest.remove();
      for (FileNode child : directory.children().values()) {
        if (child.number() != 0) {
          continue; // a further name of a file
        }
        child.number(Layout.FIRST_INODE + table.nodes.size() - 1);
        table.nodes.add(child);
        if (child.isDirectory()) {
          table.parents.put(child, directory.number());
          rest.add(child);
        }
      }
    }
    return table;
  }

  /** Returns the files; the first is the root. */
  List<FileNode> nodes() {
    return nodes;
  }

  /** Returns the inode of the directory that contains {@code directory}. */
  int parent(FileNode directory) {
    return parents.getOrDefault(directory, Layout.ROOT_INODE);
  }

  /** Returns the number of the last inode that is used or reserved. */
  long inodes() {
    return Layout.FIRST_INODE - 1L + nodes.size() - 1;
  }
}
