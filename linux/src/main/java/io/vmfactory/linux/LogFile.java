package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.file.Path;

/** A log that another process appends to, and that this process keeps small. */
public final class LogFile {
  private static final long BLOCK = 4096;

  private LogFile() {}

  /**
   * Gives the memory or disk space of all but the last {@code keptBytes} of {@code file} back. The
   * length stays, so writers and readers go on where they are; what was given back reads as zeros.
   *
   * @return the number of bytes from the start that are zeros now
   * @throws IOException if the file is missing or is not a file of this user alone, or if its file
   *     system cannot do this
   */
  public static long keepEnd(Path file, long keptBytes) throws IOException {
    try (Descriptor log = OwnerOnly.existing(file)) {
      long given = (OpenedFile.of(log.number()).size() - keptBytes) / BLOCK * BLOCK;
      if (given > 0) {
        LibC.fallocate(log.number(), LibC.FALLOC_PUNCH_HOLE_KEEP_SIZE, 0, given);
      }
      return Math.max(0, given);
    } catch (LastErrorException e) {
      throw Errno.inFile("cannot shorten " + file, e);
    }
  }
}
