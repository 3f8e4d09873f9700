package io.vmfactory.images;

import io.vmfactory.images.ImageCache.Held;
import java.nio.file.Path;

/**
 * An image of a root file system: a raw file of mode 0400 that never changes. An open image stays
 * in the cache. Once a VMM has opened the file, the VMM's own lock keeps it there, so close the
 * image when the drive is attached. Thread-safe.
 */
public final class Image implements AutoCloseable {
  private final Held held;
  private final String digest;
  private final ProcessDefaults defaults;

  Image(Held held, String digest, ProcessDefaults defaults) {
    this.held = held;
    this.digest = digest;
    this.defaults = defaults;
  }

  /** Returns the absolute path of the file. */
  public Path path() {
    return held.file();
  }

  /** Returns the type of its file system, as named by mount(8). */
  public String fsType() {
    return "ext4";
  }

  /** Returns the SHA-256 of its source, 64 hex digits. The same content gives the same image. */
  public String digest() {
    return digest;
  }

  /** Returns the default process; {@link ProcessDefaults#NONE} for a directory. */
  public ProcessDefaults defaults() {
    return defaults;
  }

  /** Allows the cache to remove the image when it needs space. */
  @Override
  public void close() {
    held.lock().close();
  }
}
