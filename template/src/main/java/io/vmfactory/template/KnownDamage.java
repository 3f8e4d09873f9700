package io.vmfactory.template;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Files that were found altered, remembered until they change. Finding out takes seconds, and every
 * request would otherwise do so again. Thread-safe.
 */
final class KnownDamage {
  private final Map<Path, Found> found = new ConcurrentHashMap<>();

  private record Found(FileStamp stamp, String why) {}

  /**
   * Remembers why {@code file} is damaged.
   *
   * @param stamp taken before the file was read
   */
  void note(Path file, FileStamp stamp, String why) {
    found.put(file, new Found(stamp, why));
  }

  /**
   * Returns what is wrong with the file; empty if nothing is known or the file has changed since.
   */
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
