package io.vmfactory.bench.commands;

import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A command that was run to its end, as a shell runs it.
 *
 * @param micros microseconds from its start to its exit
 * @param output everything that it printed
 */
public record TimedCommand(long micros, String output) {

  /**
   * Runs a command.
   *
   * @throws IOException if it cannot be started or fails; contains what it printed
   */
  public static TimedCommand run(List<String> command, Deadline deadline) throws IOException {
    long start = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(process));
      deadline.await(process.onExit(), String.join(" ", command));
      long micros = (System.nanoTime() - start) / 1000;
      TimedCommand timed =
          new TimedCommand(micros, deadline.await(output, "the output of " + command.get(0)));
      if (process.exitValue() != 0) {
        throw new IOException(
            "%s: exit %d: %s"
                .formatted(String.join(" ", command), process.exitValue(), timed.output().strip()));
      }
      return timed;
    } finally {
      process.destroyForcibly();
    }
  }

  private static String read(Process process) {
    try {
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "(output lost: " + e.getMessage() + ")";
    }
  }
}
