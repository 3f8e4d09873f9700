package io.vmfactory.vmm.qemu;

import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.nio.file.Path;

/** Explains why QEMU does not open a file. QEMU gives the reason only as text. */
final class DriveFailures {
  private DriveFailures() {}

  /**
   * Returns the exception to throw.
   *
   * @param file the drive's file, by the name that its owner uses
   * @param opened the path that QEMU got
   */
  static RuntimeException of(RuntimeException failure, Path file, Path opened) {
    if (!(failure instanceof VmmException e) || e.reason() != Reason.FAILED) {
      return failure;
    }
    String said = String.valueOf(e.getMessage()).replace(opened.toString(), file.toString());
    if (said.contains("Failed to get") && said.contains("lock")) {
      return new VmmException(
          Reason.BUSY,
          ("drive %s is in use: another VM or program writes to it,"
                  + " or reads it while this VM would write (%s)")
              .formatted(file, said),
          e);
    }
    Reason reason = said.contains("No space left") ? Reason.RESOURCES : Reason.FAILED;
    return new VmmException(reason, "drive " + file + " cannot be attached: " + said, e);
  }
}
