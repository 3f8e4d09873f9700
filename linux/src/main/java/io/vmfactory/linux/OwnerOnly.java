package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;

/** Makes files that only their owner may open. */
public final class OwnerOnly {
  private OwnerOnly() {}

  /** Makes {@code file}, empty and with mode 0600. Leaves an existing file unchanged. */
  public static void create(Path file) throws IOException {
    var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try {
      Files.createFile(file, mode);
    } catch (FileAlreadyExistsException e) {
      return;
    }
  }

  /** Makes {@code file} if it does not exist, with mode 0600, and opens it for appending. */
  public static Descriptor log(Path file) throws IOException {
    create(file);
    return open(file, LibC.O_WRONLY | LibC.O_APPEND | LibC.O_NOFOLLOW);
  }

  /**
   * Makes a file in {@code folder} that never has a name for others: it is gone when it is closed
   * everywhere.
   */
  public static Descriptor nameless(Path folder) throws IOException {
    Path file = folder.resolve(UUID.randomUUID() + ".tmp");
    create(file);
    try {
      return open(file, LibC.O_RDWR);
    } finally {
      Files.delete(file);
    }
  }

  private static Descriptor open(Path file, int flags) throws IOException {
    try {
      return new Descriptor(LibC.open(RawPath.terminated(file), flags | LibC.O_CLOEXEC));
    } catch (LastErrorException e) {
      throw Errno.onFile(file, e);
    }
  }
}
