package io.vmfactory.vmm.groups;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The kernel's file system of control groups: a folder is a group, its files are its settings. */
interface GroupFiles {
  /** Makes a group, and those above it that do not exist. */
  void make(Path group) throws IOException;

  /** Returns whether a group or a setting exists. */
  boolean exists(Path path);

  /** Changes a setting. */
  void write(Path setting, String value) throws IOException;

  /** Returns a setting. */
  String read(Path setting) throws IOException;

  /** Returns the groups directly below a group. */
  List<Path> below(Path group) throws IOException;

  /**
   * Removes a group. Has no effect if it does not exist.
   *
   * @throws IOException if it still has processes or groups
   */
  void remove(Path group) throws IOException;
}
