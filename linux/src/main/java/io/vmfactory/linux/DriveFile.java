package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import io.vmfactory.linux.OsException.Kind;
import java.nio.file.Path;

/**
 * A file that is to become a drive, held by its path and the rights of a client. The file that was
 * checked is the file that will be used, even if another file gets its path meanwhile.
 */
public final class DriveFile implements AutoCloseable {
  private final Path path;
  private final HeldPath held;
  private final FileRights rights;

  private DriveFile(Path path, HeldPath held, FileRights rights) {
    this.path = path;
    this.held = held;
    this.rights = rights;
  }

  /**
   * Finds a file without opening it.
   *
   * @throws OsException of kind {@code INVALID} when the file is missing, not regular, or empty, or
   *     lies in /proc; {@code FORBIDDEN} when a folder on the way may not be entered
   */
  public static DriveFile hold(Path path, FileRights rights) {
    DriveFile file = new DriveFile(path, HeldPath.find(path, rights), rights);
    try {
      file.requireUsable();
      return file;
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private void requireUsable() {
    if (!held.facts().isRegular()) {
      throw new OsException(Kind.INVALID, "drive " + path + " is not a regular file");
    }
    if (held.facts().size() == 0) {
      throw new OsException(Kind.INVALID, "drive " + path + " is empty");
    }
  }

  /**
   * Opens the file for use.
   *
   * @param writable whether it is also opened for writing
   * @throws OsException of kind {@code FORBIDDEN} when the rights do not allow that, {@code
   *     REFUSED} when this process may not open it
   */
  public Descriptor open(boolean writable) {
    String use = writable ? "writing" : "reading";
    if (!held.allows(rights, writable ? AccessList.READ | AccessList.WRITE : AccessList.READ)) {
      throw new OsException(
          Kind.FORBIDDEN, "%s: %s may not open it for %s".formatted(path, rights.user(), use));
    }
    try {
      return new Descriptor(held.open(LibC.O_NONBLOCK | (writable ? LibC.O_RDWR : LibC.O_RDONLY)));
    } catch (LastErrorException e) {
      throw Errno.failure("cannot open it for " + use, e);
    }
  }

  /** Returns the size in bytes. */
  public long size() {
    return held.facts().size();
  }

  @Override
  public void close() {
    held.close();
  }
}
