package io.vmfactory.vmm.qemu;

import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Explains why QEMU does not open a file. QEMU gives the reason only as text. */
final class DriveFailures {
  /** The path that QEMU got in place of the file's. */
  private static final Pattern FILE_SET = Pattern.compile("/dev/fdset/\\d+");

  private DriveFailures() {}

  /**
   * Returns the exception to throw.
   *
   * @param file the drive's file, by the name that its owner uses
   */
  static RuntimeException of(RuntimeException failure, Path file) {
    if (!(failure instanceof VmmException e) || e.reason() != Reason.FAILED) {
      return failure;
    }
    String said =
        FILE_SET
            .matcher(String.valueOf(e.getMessage()))
            .replaceAll(Matcher.quoteReplacement(file.toString()));
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
