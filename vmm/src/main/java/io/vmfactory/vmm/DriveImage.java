package io.vmfactory.vmm;

import io.vmfactory.linux.FileRights;
import java.nio.file.Path;

/**
 * A file that becomes a VM's drive. Its content is raw; no format is guessed.
 *
 * @param file absolute; a regular file, not empty, at most as large as the VM's drive slots
 * @param mode how it is used
 * @param overlayDir folder for an OVERLAY's copy-on-write file; the file has a name there only
 *     until QEMU has opened it
 * @param rights with whose rights the file is found and opened
 */
public record DriveImage(Path file, DriveMode mode, Path overlayDir, FileRights rights) {
  /** Makes an image that is opened with the rights of this process. */
  public DriveImage(Path file, DriveMode mode, Path overlayDir) {
    this(file, mode, overlayDir, FileRights.OWN);
  }
}
