package io.vmfactory.images;

import io.vmfactory.images.ImageCache.Held;
import java.nio.file.Path;

/**
 * An image of a root file system: a raw file of mode 0400 that never changes. As long as this is
 * open the image stays in the cache; once a VMM has the file open, the VMM's own lock keeps it
 * there. So: close it when the drive is attached. Thread-safe.
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

  /** The file, absolute. */
  public Path path() {
    return held.file();
  }

  /** The file system in it, as mount(8) names it. */
  public String fsType() {
    return "ext4";
  }

  /** SHA-256 of what it was made from, 64 hex digits: the same content gives the same image. */
  public String digest() {
    return digest;
  }

  /** What runs in it when nobody says otherwise; {@link ProcessDefaults#NONE} for a directory. */
  public ProcessDefaults defaults() {
    return defaults;
  }

  /** Lets the cache remove the image when it needs the room. */
  @Override
  public void close() {
    held.lock().close();
  }
}
