package io.vmfactory.template;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.Descriptor;
import io.vmfactory.linux.FileCalls;
import io.vmfactory.linux.FileContent;
import io.vmfactory.linux.FileRights;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * The pages of an open file of a drive. A client has named the image, so its file system may never
 * answer: each call waits no longer than the deadline (ADR 0033).
 */
final class DrivePages implements PageSource, AutoCloseable {
  private final String what;
  private final FileContent content;
  private final FileRights whose;
  private final Deadline deadline;

  private DrivePages(String what, FileContent content, FileRights whose, Deadline deadline) {
    this.what = what;
    this.content = content;
    this.whose = whose;
    this.deadline = deadline;
  }

  /** A call on the file. */
  private interface FileCall<T> {
    T make() throws IOException;
  }

  /**
   * Opens the file once more.
   *
   * @param what the file, as errors name it
   * @param whose for whom it is read: a file that does not answer takes from this user's calls
   */
  static DrivePages of(String what, Descriptor file, FileRights whose, Deadline deadline)
      throws IOException {
    FileContent content =
        call(what, whose, () -> FileContent.of(file), deadline, DrivePages::closeQuietly);
    return new DrivePages(what, content, whose, deadline);
  }

  private static void closeQuietly(FileContent late) {
    try {
      late.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static <T> T call(
      String what, FileRights whose, FileCall<T> call, Deadline deadline, Consumer<T> late)
      throws IOException {
    try {
      return FileCalls.shared()
          .call(
              what,
              whose,
              () -> {
                try {
                  return call.make();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              },
              late,
              deadline);
    } catch (UncheckedIOException e) {
      throw new IOException(what + ": " + ErrorText.of(e), e);
    }
  }

  private <T> T call(FileCall<T> call) throws IOException {
    return call(what, whose, call, deadline, late -> {});
  }

  @Override
  public long size() {
    return content.size();
  }

  @Override
  public long nextData(long offset) throws IOException {
    return call(() -> content.nextData(offset));
  }

  @Override
  public long nextHole(long offset) throws IOException {
    return call(() -> content.nextHole(offset));
  }

  /** Reads into a buffer of its own: a call that is given up must not write into the caller's. */
  @Override
  public void read(long offset, ByteBuffer into) throws IOException {
    int count = into.remaining();
    into.put(call(() -> read(offset, count)));
  }

  private ByteBuffer read(long offset, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    for (long at = offset; bytes.hasRemaining(); ) {
      int read = content.read(bytes, at);
      if (read < 0) {
        throw new EOFException("it became shorter while it was read");
      }
      at += read;
    }
    return bytes.flip();
  }

  @Override
  public void close() {
    FileCalls.shared().close(whose, () -> closeQuietly(content));
  }
}
