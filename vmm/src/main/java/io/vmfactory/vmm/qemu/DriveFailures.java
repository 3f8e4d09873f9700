package io.vmfactory.vmm.qemu;

import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.nio.file.Path;

/** QEMU says in words only why it does not open a file. */
final class DriveFailures {
  private DriveFailures() {}

  /**
   * What to throw.
   *
   * @param file the drive, as its owner calls it
   * @param opened what QEMU was told to open
   */
  static RuntimeException told(RuntimeException failure, Path file, Path opened) {
    if (!(failure instanceof VmmException e) || e.reason() != Reason.FAILED) {
      return failure;
    }
    String said = String.valueOf(e.getMessage()).replace(opened.toString(), file.toString());
    if (said.contains("Failed to get") && said.contains("lock")) {
      return new VmmException(
          Reason.BUSY,
          "drive %s is in use: another VM or program writes to it, or this one would (%s)"
              .formatted(file, said),
          e);
    }
    Reason reason = said.contains("No space left") ? Reason.RESOURCES : Reason.FAILED;
    return new VmmException(reason, "drive " + file + " cannot be attached: " + said, e);
  }
}
