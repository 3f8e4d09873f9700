package io.vmfactory.client.sandbox;

import io.vmfactory.vmm.DriveMode;
import java.nio.file.Path;

/**
 * A file with a file system in it, on the host.
 *
 * @param path absolute
 * @param mode who may write
 * @param fsType file system, e.g. {@code ext4} or {@code erofs}
 */
public record DiskImage(Path path, DriveMode mode, String fsType) {
  private static final String EXT4 = "ext4";

  /** An ext4 image whose changes are the container's own: the usual root file system. */
  public static DiskImage overlay(Path path) {
    return new DiskImage(path, DriveMode.OVERLAY, EXT4);
  }

  /** An ext4 image that is only read. */
  public static DiskImage readOnly(Path path) {
    return new DiskImage(path, DriveMode.READ_ONLY, EXT4);
  }
}
