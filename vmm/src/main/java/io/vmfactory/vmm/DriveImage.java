package io.vmfactory.vmm;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A file that becomes a VM's drive. Its content is raw; no format is guessed.
 *
 * @param file absolute; a regular file, not empty, at most as large as the VM's drive slots
 * @param mode how it is used
 * @param overlayDir folder for an OVERLAY's copy-on-write file; the file has a name there only
 *     until QEMU has opened it
 * @param check gets a path of the file that will be used; the path leads to that file even if
 *     {@code file} is replaced meanwhile. Throws to refuse the file
 */
public record DriveImage(Path file, DriveMode mode, Path overlayDir, Consumer<Path> check) {
  /** Makes an image without a check: this process's user may use the file in any mode. */
  public DriveImage(Path file, DriveMode mode, Path overlayDir) {
    this(file, mode, overlayDir, opened -> {});
  }
}
