package io.vmfactory.client.sandbox;

import io.vmfactory.vmm.DriveMode;
import java.nio.file.Path;

/**
 * A file on the host that contains a file system.
 *
 * @param path the absolute path
 * @param mode whether and where writes go
 * @param fsType the type of the file system, such as {@code ext4} or {@code erofs}
 */
public record DiskImage(Path path, DriveMode mode, String fsType) {
  private static final String EXT4 = "ext4";

  /** Returns an ext4 image with private changes: the usual root file system. */
  public static DiskImage overlay(Path path) {
    return new DiskImage(path, DriveMode.OVERLAY, EXT4);
  }

  /** Returns a read-only ext4 image. */
  public static DiskImage readOnly(Path path) {
    return new DiskImage(path, DriveMode.READ_ONLY, EXT4);
  }
}
