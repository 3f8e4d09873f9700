package io.vmfactory.configs;

import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.jspecify.annotations.Nullable;

/** Describes failures for people. The text never contains the name of a Java class. */
public final class ErrorText {
  /** The text for a failure without a message. */
  public static final String UNEXPECTED = "unexpected failure";

  private ErrorText() {}

  /** Returns what failed. For a refusal by the file system: the file, and the reason. */
  public static String of(Throwable failure) {
    if (failure instanceof FileSystemException refused) {
      String reason = reason(refused);
      return refused.getFile() == null ? reason : refused.getFile() + ": " + reason;
    }
    if (failure instanceof CharacterCodingException) {
      return "the text is not valid UTF-8";
    }
    String message = failure.getMessage();
    Throwable cause = failure.getCause();
    // An exception that is made from its cause alone has the cause's class and message as its own.
    if (cause != null && (message == null || message.equals(cause.toString()))) {
      return of(cause);
    }
    return message == null || message.isBlank() ? UNEXPECTED : message;
  }

  /** Returns the reason without the file, for messages that name the file themselves. */
  static String reason(FileSystemException failure) {
    @Nullable String reason = failure.getReason();
    if (reason != null) {
      return reason;
    } else if (failure instanceof AccessDeniedException) {
      return "permission denied";
    } else if (failure instanceof FileAlreadyExistsException) {
      return "something else with that name exists";
    } else if (failure instanceof NoSuchFileException) {
      return "no such file or directory";
    } else if (failure instanceof NotDirectoryException) {
      return "not a directory";
    } else if (failure instanceof DirectoryNotEmptyException) {
      return "the directory is not empty";
    }
    return "refused by the file system";
  }
}
