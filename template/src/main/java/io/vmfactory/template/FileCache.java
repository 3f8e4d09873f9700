package io.vmfactory.template;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What was read from files, read again only when a file's device, inode, size or times have
 * changed: what every request asks for must cost no more than a look. Thread-safe.
 *
 * @param <V> what is read
 */
final class FileMemo<V> {
  private final Reader<V> reader;
  private final Cache<Path, Known<V>> known;

  private record Known<V>(FileStamp stamp, V value) {}

  /** Reads a file. */
  @FunctionalInterface
  interface Reader<V> {
    V read(Path file) throws IOException;
  }

  FileMemo(int mostFiles, Reader<V> reader) {
    this.reader = reader;
    this.known = Caffeine.newBuilder().maximumSize(mostFiles).executor(Runnable::run).build();
  }

  /** What the file holds now. */
  V of(Path file) throws IOException {
    FileStamp stamp = FileStamp.of(file);
    Known<V> before = known.getIfPresent(file);
    if (before != null && before.stamp().equals(stamp)) {
      return before.value();
    }
    // Stamped before reading: a file that changes meanwhile is read again the next time.
    Known<V> now = new Known<>(stamp, reader.read(file));
    known.put(file, now);
    return now.value();
  }
}
