package io.vmfactory.bench.commands;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.OwnThread;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A command that runs: the time until the first byte of its standard output, and until its end. It
 * has no input. Closing kills it if it still runs.
 */
public final class TimedOutput implements AutoCloseable {
  private static final File NOTHING = new File("/dev/null");

  private final String line;
  private final Process process;
  private final CompletableFuture<Long> first = new CompletableFuture<>();
  private final CompletableFuture<Long> closed;
  private final CompletableFuture<String> errors;
  private final long start;

  /**
   * The times of a command.
   *
   * @param firstMicros microseconds from its start to the first byte of its standard output
   * @param endMicros microseconds from its start until its end
   */
  public record Times(long firstMicros, long endMicros) {}

  private TimedOutput(String line, Process process, long start) {
    this.line = line;
    this.process = process;
    this.start = start;
    closed = OwnThread.run("output of " + line, () -> drain(process.getInputStream()));
    errors = OwnThread.run("errors of " + line, () -> text(process.getErrorStream()));
  }

  /**
   * Returns a command that runs {@code command} and ends when all copies of its output are closed,
   * also those of processes that it leaves behind. Its errors are output too.
   */
  public static List<String> untilClosed(List<String> command) {
    List<String> line = new ArrayList<>(List.of("sh", "-c", "\"$@\" 2>&1 | cat", "sh"));
    line.addAll(command);
    return line;
  }

  /** Starts a command. */
  public static TimedOutput start(List<String> command) throws IOException {
    long start = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectInput(NOTHING).start();
    return new TimedOutput(String.join(" ", command), process, start);
  }

  /**
   * Waits for the command's end. Returns its times.
   *
   * @throws IOException if it fails or prints nothing; contains its standard error
   */
  public Times await(Deadline deadline) throws IOException {
    long end = deadline.await(closed, line);
    String said = deadline.await(errors, line).strip();
    deadline.await(process.onExit(), line);
    if (process.exitValue() != 0) {
      throw new IOException("%s: exit %d: %s".formatted(line, process.exitValue(), said));
    }
    if (!first.isDone()) {
      throw new IOException("%s printed nothing: %s".formatted(line, said));
    }
    return new Times(deadline.await(first, line), end);
  }

  private long drain(InputStream out) throws IOException {
    if (out.read() >= 0) {
      first.complete(micros());
    }
    out.transferTo(OutputStream.nullOutputStream());
    return micros();
  }

  private static String text(InputStream err) throws IOException {
    return new String(err.readAllBytes(), StandardCharsets.UTF_8);
  }

  private long micros() {
    return (System.nanoTime() - start) / 1000;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
