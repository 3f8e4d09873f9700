package io.vmfactory.runtime.containers;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.linux.LogFile;
import io.vmfactory.linux.OwnFile;
import io.vmfactory.linux.OwnerOnly;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What a process has written to one of its outputs: a file in which a byte has the position that it
 * has in the output. The disk space of all but the last MiB, at least, is given back. Appending is
 * for one thread at a time; reading is for any.
 */
final class OutputLog {
  /** The most bytes in one part. */
  static final int PART_BYTES = 256 << 10;

  private static final long KEPT_BYTES = 1 << 20;

  private final Path file;
  private volatile long end;
  private volatile long begin;

  /** Opens the log; it is made with the first byte. */
  OutputLog(Path file) {
    this.file = file;
    try {
      end = Files.size(file);
      shorten();
    } catch (NoSuchFileException e) {
      end = 0;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + ErrorText.of(e), e);
    }
  }

  /** Returns the position after the last byte. */
  long end() {
    return end;
  }

  /** Appends bytes. */
  void append(byte[] bytes) throws IOException {
    OwnerOnly.append(file, bytes);
    long after = end + bytes.length; // only this thread changes it
    end = after;
    if (after - begin > 2 * KEPT_BYTES) {
      shorten();
    }
  }

  private void shorten() throws IOException {
    begin = LogFile.keepEnd(file, KEPT_BYTES);
  }

  /**
   * Returns bytes from that position on, or from the first position that is still kept. Empty if
   * there are none yet.
   */
  OutputPart read(long position) throws IOException {
    long from = Math.max(Math.max(0, position), begin);
    if (from >= end) {
      return new OutputPart(from, new byte[0]);
    }
    try (OwnFile in = OwnFile.open(file)) {
      ByteBuffer part = ByteBuffer.allocate((int) Math.min(PART_BYTES, end - from));
      int got = Math.max(0, in.read(part, from));
      return new OutputPart(from, Arrays.copyOf(part.array(), got));
    }
  }
}
