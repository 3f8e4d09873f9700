package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What java.nio.file cannot do to a directory. */
public final class Directories {
  private Directories() {}

  /**
   * Exchanges two names in one step, renameat2(2): nobody ever sees either of them missing.
   *
   * @throws IOException when the file system cannot do that, with the remedy
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

  /** Waits until the names in {@code directory} are on disk. */
  public static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
