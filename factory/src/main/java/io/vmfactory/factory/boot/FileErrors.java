package io.vmfactory.factory.boot;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** Describes for people why the file system refused an operation. */
final class FileErrors {
  private FileErrors() {}

  /** Returns the reason and the file it is about. */
  static String of(IOException failure) {
    if (!(failure instanceof FileSystemException file)) {
      return String.valueOf(failure.getMessage());
    }
    String reason = reason(file);
    return file.getFile() == null ? reason : file.getFile() + ": " + reason;
  }

  private static String reason(FileSystemException failure) {
    @Nullable String reason = failure.getReason();
    if (reason != null) {
      return reason;
    } else if (failure instanceof AccessDeniedException) {
      return "permission denied";
    } else if (failure instanceof FileAlreadyExistsException) {
      return "something else with that name exists";
    } else if (failure instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    return "refused by the file system";
  }
}
