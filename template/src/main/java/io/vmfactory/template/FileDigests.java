package io.vmfactory.template;

import io.vmfactory.linux.OwnFile;
import io.vmfactory.linux.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;

/** SHA-256 digests of files, computed again only if a file has changed. Thread-safe. */
final class FileDigests {
  private static final int MOST_FILES = 256;

  /** Many times the size of a kernel, an initial RAM disk or a VMM. */
  private static final long MOST_BYTES = 4L << 30;

  private static final int CHUNK_BYTES = 1 << 16;

  private final FileCache<String> known = new FileCache<>(MOST_FILES, FileDigests::read);

  /**
   * Returns the SHA-256 of {@code file} as 64 hex digits.
   *
   * @param what name of the file in an error
   * @throws TemplateException if the file cannot be read
   */
  String sha256(String what, Path file) {
    try {
      return known.of(file);
    } catch (NoSuchFileException e) {
      throw unreadable(
          "there is no %s %s: run ./dev guest, or set %s under [hypervisor.qemu]"
              .formatted(what, file, what),
          e);
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
    try (OwnFile own = OwnFile.installed(file)) {
      own.requireAtMost(MOST_BYTES);
      InputStream in = own.stream();
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        digest.update(chunk, 0, n);
      }
    }
    return Sha256.hex(digest);
  }
}
