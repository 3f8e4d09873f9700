package io.vmfactory.bench;

import io.vmfactory.configs.time.Deadline;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** A daemon of the bench's own, with folders of its own that go when it is closed. */
final class PrivateDaemon implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Without a pool, whose refill would disturb what is measured. */
  private static final String CONFIG =
      """
      [daemon]
      state_dir = "%1$s/state"
      run_dir = "%1$s/run"
      [pool]
      vm_cache_number = 0
      shell_number = 0
      """;

  private final Path folder;
  private final Process process;

  private PrivateDaemon(Path folder, Process process) {
    this.folder = folder;
    this.process = process;
  }

  /**
   * Starts one and waits until it says that it is ready.
   *
   * @param launcher the {@code vmfactory} command
   */
  static PrivateDaemon start(Path launcher) throws IOException {
    Path folder = Files.createTempDirectory("vmfactory-bench");
    Path config = folder.resolve("vmfactory.toml");
    Files.writeString(config, CONFIG.formatted(folder));
    Process process =
        new ProcessBuilder(launcher.toString(), "serve", "--config", config.toString())
            .redirectError(folder.resolve("daemon.log").toFile())
            .start();
    PrivateDaemon daemon = new PrivateDaemon(folder, process);
    try {
      daemon.awaitReady();
      return daemon;
    } catch (RuntimeException e) {
      daemon.close();
      throw e;
    }
  }

  private void awaitReady() {
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String line =
        Deadline.after(LIMIT)
            .await(CompletableFuture.supplyAsync(() -> firstLine(out)), "the daemon to be ready");
    if (line == null) {
      throw new IllegalStateException("the daemon did not start:\n" + log());
    }
  }

  private static String firstLine(BufferedReader out) {
    try {
      return out.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path socket() {
    return folder.resolve("run/factory.sock");
  }

  Path template(String key) {
    return folder.resolve("state/templates").resolve(key);
  }

  /** A new folder for the floor's sockets. */
  Path scratch() throws IOException {
    return Files.createDirectories(folder.resolve("floor"));
  }

  private String log() {
    try {
      List<String> lines = Files.readAllLines(folder.resolve("daemon.log"));
      return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  /** Ends the daemon, which ends its VMs, and removes the folders. */
  @Override
  public void close() {
    process.destroy();
    Deadline.after(LIMIT).await(process.onExit(), "the daemon to end, pid " + process.pid());
    try (Stream<Path> all = Files.walk(folder)) {
      all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + folder, e);
    }
  }
}
