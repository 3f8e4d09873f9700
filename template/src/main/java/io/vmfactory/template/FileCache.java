package io.vmfactory.template;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Remembers values that were read from files. Reads a file again only if its device, inode, size or
 * times have changed, so that a value which every request needs costs one stat(2). Thread-safe.
 *
 * @param <V> the type of the values
 */
final class FileCache<V> {
  private final Reader<V> reader;
  private final Cache<Path, Known<V>> known;

  private record Known<V>(FileStamp stamp, V value) {}

  /** Reads a file. */
  @FunctionalInterface
  interface Reader<V> {
    V read(Path file) throws IOException;
  }

  FileCache(int mostFiles, Reader<V> reader) {
    this.reader = reader;
    this.known = Caffeine.newBuilder().maximumSize(mostFiles).executor(Runnable::run).build();
  }

  /** Returns the value of {@code file} as the file is now. */
  V of(Path file) throws IOException {
    FileStamp stamp = FileStamp.of(file);
    Known<V> before = known.getIfPresent(file);
    if (before != null && before.stamp().equals(stamp)) {
      return before.value();
    }
    // The stamp was taken before reading: a file that changes meanwhile is read again next time.
    Known<V> now = new Known<>(stamp, reader.read(file));
    known.put(file, now);
    return now.value();
  }
}
