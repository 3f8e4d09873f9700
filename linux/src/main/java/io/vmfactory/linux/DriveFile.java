package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import io.vmfactory.linux.OsException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A file held by an O_PATH descriptor. The file that was checked is the file that will be used,
 * even if another file gets its path meanwhile. Holding it does not open it, so a pipe or a device
 * in its place has no effect.
 */
public final class DriveFile implements AutoCloseable {
  private final int fd;
  private final Path path;

  private DriveFile(int fd) {
    this.fd = fd;
    this.path = Path.of("/proc/%d/fd/%d".formatted(ProcessHandle.current().pid(), fd));
  }

  /**
   * Opens the O_PATH descriptor of a file.
   *
   * @throws OsException of kind {@code INVALID} when the file is missing, not regular, or empty
   */
  public static DriveFile hold(Path file) {
    DriveFile held = new DriveFile(open(file));
    try {
      held.requireUsable(file);
      return held;
    } catch (RuntimeException e) {
      held.close();
      throw e;
    }
  }

  private static int open(Path file) {
    try {
      return LibC.open(file.toString(), LibC.O_PATH | LibC.O_CLOEXEC);
    } catch (LastErrorException e) {
      OsException failure = Errno.failure("drive " + file, e);
      throw failure.kind() == Kind.REFUSED
          ? new OsException(Kind.INVALID, failure.errno(), String.valueOf(failure.getMessage()), e)
          : failure;
    }
  }

  private void requireUsable(Path file) {
    BasicFileAttributes attributes = attributes(file);
    if (!attributes.isRegularFile()) {
      throw new OsException(Kind.INVALID, "drive " + file + " is not a regular file");
    }
    if (attributes.size() == 0) {
      throw new OsException(Kind.INVALID, "drive " + file + " is empty");
    }
  }

  private BasicFileAttributes attributes(Path file) {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class);
    } catch (IOException e) {
      throw new OsException(Kind.REFUSED, "cannot inspect drive " + file, e);
    }
  }

  /**
   * Opens the file for use.
   *
   * @param writable whether it is also opened for writing
   * @throws OsException when this process may not open it
   */
  public Descriptor open(boolean writable) {
    int flags = LibC.O_CLOEXEC | LibC.O_NONBLOCK | (writable ? LibC.O_RDWR : LibC.O_RDONLY);
    try {
      return new Descriptor(LibC.open(path.toString(), flags));
    } catch (LastErrorException e) {
      throw Errno.failure("cannot open it for " + (writable ? "writing" : "reading"), e);
    }
  }

  /** Returns a path that leads to this file, for every process of this user, while this is open. */
  public Path path() {
    return path;
  }

  /** Returns the size in bytes. */
  public long size() {
    return attributes(path).size();
  }

  @Override
  public void close() {
    LibC.close(fd);
  }
}
