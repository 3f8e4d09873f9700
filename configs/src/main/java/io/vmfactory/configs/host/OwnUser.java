package io.vmfactory.configs.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The user that this process runs as. */
public final class OwnUser {
  private static final Path SELF = Path.of("/proc/self");

  /** It never changes; the journal asks for it at each write. */
  private static final int UID = attribute("unix:uid");

  private OwnUser() {}

  /** Returns the user's id. */
  public static int uid() {
    return UID;
  }

  /** Returns the id of the user's main group. */
  public static int gid() {
    return attribute("unix:gid");
  }

  /** Returns whether this process runs as root. */
  public static boolean isRoot() {
    return uid() == 0;
  }

  private static int attribute(String name) {
    try {
      return (Integer) Files.getAttribute(SELF, name);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read /proc/self: is /proc mounted?", e);
    }
  }
}
