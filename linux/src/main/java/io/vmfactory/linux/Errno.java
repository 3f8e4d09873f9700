package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import io.vmfactory.linux.OsException.Kind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;

/** Translates refusals of the kernel into this room's exceptions or those of java.nio.file. */
final class Errno {
  /** EAGAIN, ENOMEM, ENFILE, EMFILE, ENOSPC: the host has run out of something. */
  private static final Set<Integer> SHORTAGES = Set.of(11, 12, 23, 24, 28);

  private Errno() {}

  static OsException failure(String what, LastErrorException e) {
    return failure(what, e.getErrorCode());
  }

  static OsException failure(String what, int errno) {
    Kind kind = SHORTAGES.contains(errno) ? Kind.SHORTAGE : Kind.REFUSED;
    return new OsException(kind, errno, "%s: %s".formatted(what, describe(errno)), null);
  }

  /** Describes the refusal in words. */
  static String text(LastErrorException e) {
    return describe(e.getErrorCode());
  }

  /** Describes an error number in words. */
  static String text(int errno) {
    return describe(errno);
  }

  private static String describe(int errno) {
    String text =
        switch (errno) {
          case 1 -> "not permitted";
          case 2 -> "no such file";
          case 11 -> "too many processes or threads (see ulimit -u)";
          case 12 -> "out of memory";
          case 13 -> "permission denied";
          case 22 -> "invalid argument";
          case 23, 24 -> "too many open files (see ulimit -n)";
          case 28 -> "no space left";
          case 6 -> "a pipe or a device is there";
          case 40 -> "it is a link";
          case 122 -> "quota exceeded";
          case 98 -> "address already in use";
          case 111 -> "no process listens there";
          default -> "refused by the kernel";
        };
    return text + " (errno " + errno + ")";
  }

  /** Returns the exception that java.nio.file would throw for {@code path}. */
  static IOException onFile(Path path, LastErrorException e) {
    return onFile(path.toString(), e);
  }

  static IOException onFile(String path, LastErrorException e) {
    return switch (e.getErrorCode()) {
      case LibC.ENOENT, LibC.ENOTDIR -> new NoSuchFileException(path);
      case LibC.EACCES -> new AccessDeniedException(path);
      case LibC.EEXIST -> new FileAlreadyExistsException(path);
      case LibC.ELOOP ->
          new IOException(path + " is a link; remove it, or put a file in its place");
      default -> inFile(path, e);
    };
  }

  /** Returns the exception for a failed operation on a file. */
  static IOException inFile(String what, LastErrorException e) {
    return new IOException("%s: %s".formatted(what, text(e)), e);
  }
}
