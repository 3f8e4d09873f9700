package io.vmfactory.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The status of a file, stat(2).
 *
 * @param mode the type and the permissions
 * @param modified when the content was last changed
 * @param changed when anything was last changed; no program can set it
 */
record FileStatus(
    long device,
    long inode,
    int mode,
    int links,
    int user,
    int group,
    long deviceNumber,
    long size,
    FileTime modified,
    FileTime changed) {
  private static final int TYPE = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final int REGULAR = 0100000;
  private static final int LINK = 0120000;
  private static final int CHARACTER = 0020000;
  private static final int BLOCK = 0060000;

  static FileStatus of(Path path) throws IOException {
    Map<String, Object> all = Files.readAttributes(path, "unix:*", LinkOption.NOFOLLOW_LINKS);
    return new FileStatus(
        value(all, "dev", Long.class),
        value(all, "ino", Long.class),
        value(all, "mode", Integer.class),
        value(all, "nlink", Integer.class),
        value(all, "uid", Integer.class),
        value(all, "gid", Integer.class),
        value(all, "rdev", Long.class),
        value(all, "size", Long.class),
        value(all, "lastModifiedTime", FileTime.class),
        value(all, "ctime", FileTime.class));
  }

  private static <T> T value(Map<String, Object> all, String name, Class<T> type) {
    return type.cast(Objects.requireNonNull(all.get(name), name));
  }

  private boolean is(int type) {
    return (mode & TYPE) == type;
  }

  boolean isDirectory() {
    return is(DIRECTORY);
  }

  boolean isRegular() {
    return is(REGULAR);
  }

  boolean isLink() {
    return is(LINK);
  }

  boolean isDevice() {
    return is(CHARACTER) || is(BLOCK);
  }

  /** Returns the identity of the file, which is the same for all of its hard links. */
  List<Long> identity() {
    return List.of(device, inode);
  }

  /** Adds all fields to a digest, so that it reflects any change. */
  void addTo(SequenceDigest digest) {
    digest.number(device).number(inode).number(mode).number(links).number(user).number(group);
    digest.number(deviceNumber).number(size);
    digest.text(modified.toString()).text(changed.toString());
  }
}
