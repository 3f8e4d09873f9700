package io.vmfactory.linux;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Files that nobody but their owner may open. */
public final class OwnerOnly {
  private OwnerOnly() {}

  /** Makes {@code file}, mode 0600 and empty; one that is there already stays as it is. */
  public static void create(Path file) throws IOException {
    var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try {
      Files.createFile(file, mode);
    } catch (FileAlreadyExistsException e) {
      return;
    }
  }
}
