package io.vmfactory.images;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.OwnThread;
import io.vmfactory.images.ImageException.Reason;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;

/**
 * The plain content of a stream that is compressed with zstd, by the host's program of that name.
 */
final class ZstdStream extends FilterInputStream {
  private final Process program;
  private final CompletableFuture<Void> fed;
  private final CompletableFuture<String> errors;
  private final Deadline deadline;
  private boolean ended;

  private ZstdStream(Process program, InputStream compressed, Deadline deadline) {
    super(program.getInputStream());
    this.program = program;
    this.deadline = deadline;
    this.errors = HostProgram.reading(program.getErrorStream(), "zstd");
    this.fed = OwnThread.run("zstd", () -> feed(compressed));
  }

  /**
   * @param path the directories with programs, in the form of PATH
   */
  static InputStream open(InputStream compressed, String path, Deadline deadline) {
    Process program = new HostProgram("zstd", "zstd", path).start("-dcq", "--no-progress", "-");
    return new ZstdStream(program, compressed, deadline);
  }

  private Void feed(InputStream compressed) throws IOException {
    try (OutputStream in = program.getOutputStream()) {
      compressed.transferTo(in);
    }
    return null;
  }

  @Override
  public int read(byte[] into, int start, int count) throws IOException {
    int read = super.read(into, start, count);
    if (read < 0) {
      end();
    }
    return read;
  }

  @Override
  public int read() throws IOException {
    int read = super.read();
    if (read < 0) {
      end();
    }
    return read;
  }

  /** Throws if the program failed. */
  private void end() {
    if (ended) {
      return;
    }
    ended = true;
    deadline.await(program.onExit(), "zstd");
    if (program.exitValue() != 0) {
      throw new ImageException(
          Reason.INVALID, "is damaged: zstd: " + deadline.await(errors, "zstd").strip());
    }
    deadline.await(fed, "zstd");
  }

  /** Ends the program. After this, no thread reads the compressed stream. */
  @Override
  public void close() throws IOException {
    program.destroyForcibly();
    super.close();
    fed.exceptionally(failure -> null).join();
  }
}
