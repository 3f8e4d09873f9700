package io.vmfactory.vmm;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A file that is to become a VM's drive. Its content is raw: no format is ever guessed.
 *
 * @param file absolute; a regular file, not empty, at most as large as the VM's drive slots
 * @param mode how it is used
 * @param overlayDir where an OVERLAY's copy-on-write file is made; it has no name there for longer
 *     than it takes to open it
 * @param check is shown a path of the file that will be used, which leads nowhere else whatever
 *     becomes of {@code file}; throws to refuse it
 */
public record DriveImage(Path file, DriveMode mode, Path overlayDir, Consumer<Path> check) {
  /** A file that this process's user may use as it likes. */
  public DriveImage(Path file, DriveMode mode, Path overlayDir) {
    this(file, mode, overlayDir, opened -> {});
  }
}
