package io.vmfactory.factory.app;

import io.vmfactory.factory.request.Refusals;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Reads paths that clients send. */
final class AbsolutePath {
  private AbsolutePath() {}

  /**
   * Returns {@code text} as a path; refuses one that is not absolute.
   *
   * @param field of the request, for the message
   */
  static Path of(String field, String text) {
    try {
      Path path = Path.of(text);
      if (path.isAbsolute()) {
        return path;
      }
    } catch (InvalidPathException e) {
      // It is refused below: a text that is no path is no absolute path either.
    }
    throw Refusals.invalid("%s: must be an absolute path, is \"%s\"".formatted(field, text));
  }
}
