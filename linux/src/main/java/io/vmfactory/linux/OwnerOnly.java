package io.vmfactory.linux;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

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
}
