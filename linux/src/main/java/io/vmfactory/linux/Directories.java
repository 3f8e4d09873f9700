package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.file.Path;

/** Operations on directories that java.nio.file does not offer. */
public final class Directories {
  private Directories() {}

  /**
   * Exchanges two names in one step, renameat2(2): no process ever sees one of them missing.
   *
   * @throws IOException when the file system cannot do that; the message names the remedy
   */
  public static void exchange(Path one, Path other) throws IOException {
    try {
      LibC.renameat2(
          LibC.AT_FDCWD, one.toString(), LibC.AT_FDCWD, other.toString(), LibC.RENAME_EXCHANGE);
    } catch (LastErrorException e) {
      String remedy =
          e.getErrorCode() == LibC.EINVAL
              ? " (use a file system that can: ext4, xfs, btrfs, tmpfs)"
              : "";
      throw Errno.inFile("cannot exchange %s and %s%s".formatted(one, other, remedy), e);
    }
  }

  /**
   * Waits until the entries of {@code directory} are on disk. An interruption of the thread does
   * not disturb it.
   */
  public static void sync(Path directory) throws IOException {
    try (Descriptor opened = new Descriptor(LibC.open(directory, LibC.O_DIRECTORY, 0))) {
      LibC.fsync(opened.number());
    } catch (LastErrorException e) {
      throw Errno.inFile("cannot write the entries of " + directory + " to disk", e);
    }
  }
}
