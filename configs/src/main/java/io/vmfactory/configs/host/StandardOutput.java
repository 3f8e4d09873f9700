package io.vmfactory.configs.host;

import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A standard stream for text that remembers its first failure. A PrintWriter alone would lose what
 * is written to a full disk without a word.
 */
public final class StandardOutput {
  /** The exit code of a program that SIGPIPE ended. */
  public static final int BROKEN_PIPE = 128 + 13;

  private static final int FAILURE = 1;
  private static final String NO_READER = "Broken pipe";

  private final Remembering stream;
  private final PrintWriter writer;

  private StandardOutput(OutputStream stream) {
    this.stream = new Remembering(stream);
    this.writer =
        new PrintWriter(
            new BufferedWriter(new OutputStreamWriter(this.stream, StandardCharsets.UTF_8)), true);
  }

  /** Returns standard output. */
  public static StandardOutput out() {
    return to(new FileOutputStream(FileDescriptor.out));
  }

  /** Returns standard error. */
  public static StandardOutput err() {
    return to(new FileOutputStream(FileDescriptor.err));
  }

  /** Returns a stream that is written elsewhere. */
  public static StandardOutput to(OutputStream stream) {
    return new StandardOutput(stream);
  }

  /** Returns the writer; it writes UTF-8, line by line. */
  public PrintWriter writer() {
    return writer;
  }

  /** Writes what is left. Returns why something could not be written; null if all was. */
  @Nullable String failure() {
    writer.flush();
    IOException failure = stream.failure;
    return failure == null ? null : String.valueOf(failure.getMessage());
  }

  /**
   * Returns the exit code of a program that has written to {@code out} and {@code err}. Complains
   * if something could not be written, except to a pipe whose reader has gone: {@code head} does
   * that, and every program that it ends so is silent.
   *
   * @param program the program's name, for the complaint
   * @param code the exit code if all was written
   */
  public static int exitCode(String program, int code, StandardOutput out, StandardOutput err) {
    String lost = out.failure();
    boolean unread = lost != null && lost.contains(NO_READER);
    if (lost != null && !unread) {
      err.writer().println(program + ": cannot write to standard output: " + lost);
    }
    boolean complete = err.failure() == null && lost == null;
    if (complete || code != 0) {
      return code;
    }
    return unread ? BROKEN_PIPE : FAILURE;
  }

  private static final class Remembering extends OutputStream {
    private final OutputStream out;
    private volatile @Nullable IOException failure;

    private Remembering(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        if (failure == null) {
          failure = e;
        }
        throw e;
      }
    }
  }
}
