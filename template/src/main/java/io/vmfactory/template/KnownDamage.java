package io.vmfactory.template;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Files that were found altered, for as long as they stay as they are: to find it out takes
 * seconds, and every request would do so anew. Thread-safe.
 */
final class KnownDamage {
  private final Map<Path, Found> found = new ConcurrentHashMap<>();

  private record Found(FileStamp stamp, String why) {}

  /**
   * Remembers it.
   *
   * @param stamp taken before the file was read
   */
  void note(Path file, FileStamp stamp, String why) {
    found.put(file, new Found(stamp, why));
  }

  /** What is wrong with the file; empty = nothing is known, or it is another one by now. */
  Optional<String> of(Path file) {
    Found known = found.get(file);
    if (known == null) {
      return Optional.empty();
    }
    if (stamp(file).filter(known.stamp()::equals).isPresent()) {
      return Optional.of(known.why());
    }
    found.remove(file, known);
    return Optional.empty();
  }

  private static Optional<FileStamp> stamp(Path file) {
    try {
      return Optional.of(FileStamp.of(file));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
