package io.vmfactory.linux;

import io.vmfactory.configs.host.HostText;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A path as the bytes that the kernel uses. Java's text of a path depends on the locale and can be
 * the same for two names; only the URI preserves the bytes.
 */
public final class RawPath {
  private RawPath() {}

  /** Returns the bytes of the absolute form of {@code path}. */
  public static byte[] bytes(Path path) {
    return HostText.bytes(path);
  }

  /** Returns the bytes with a final NUL, as the C library expects. */
  static byte[] terminated(Path path) {
    byte[] bytes = bytes(path);
    return Arrays.copyOf(bytes, bytes.length + 1);
  }
}
