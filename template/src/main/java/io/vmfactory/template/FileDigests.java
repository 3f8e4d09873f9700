package io.vmfactory.template;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Map;

/**
 * SHA-256 of files, read again only when a file's device, inode, size or times have changed: what
 * is asked for with every request must not cost reading a kernel. Thread-safe.
 */
final class FileDigests {
  private static final int MOST_FILES = 256;
  private static final int CHUNK_BYTES = 1 << 16;
  private static final String STAMP = "unix:dev,ino,size,lastModifiedTime,ctime";

  private final Cache<Path, Known> known =
      Caffeine.newBuilder().maximumSize(MOST_FILES).executor(Runnable::run).build();

  private record Known(Map<String, Object> stamp, String sha256) {}

  /**
   * SHA-256 of {@code file} as 64 hex digits.
   *
   * @param what how to call the file in an error
   * @throws TemplateException when it cannot be read
   */
  String sha256(String what, Path file) {
    try {
      Map<String, Object> stamp = Files.readAttributes(file, STAMP);
      Known before = known.getIfPresent(file);
      if (before != null && before.stamp().equals(stamp)) {
        return before.sha256();
      }
      // Stamped before reading: a file that changes meanwhile is read again the next time.
      Known now = new Known(stamp, read(file));
      known.put(file, now);
      return now.sha256();
    } catch (NoSuchFileException e) {
      throw unreadable("there is no %s %s".formatted(what, file), e);
    } catch (IOException e) {
      throw unreadable("cannot read the %s %s: %s".formatted(what, file, e.getMessage()), e);
    }
  }

  private static TemplateException unreadable(String message, IOException cause) {
    return new TemplateException(TemplateException.Reason.INVALID, message, cause);
  }

  private static String read(Path file) throws IOException {
    MessageDigest digest = Sha256.start();
    byte[] chunk = new byte[CHUNK_BYTES];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        digest.update(chunk, 0, n);
      }
    }
    return Sha256.hex(digest);
  }
}
