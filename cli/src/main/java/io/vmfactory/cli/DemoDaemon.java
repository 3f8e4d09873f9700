package io.vmfactory.cli;

import io.vmfactory.client.sandbox.RuntimeSettings;
import io.vmfactory.configs.ConfigWriter;
import io.vmfactory.configs.DaemonConfig;
import io.vmfactory.configs.FactoryConfig;
import io.vmfactory.configs.MetricsConfig;
import io.vmfactory.configs.PoolConfig;
import io.vmfactory.configs.RuntimeConfig;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * The private daemon of the demonstration: a child process with its own directory. {@link #close()}
 * ends the daemon and its VMs and removes the directory. The end of this process does the same. If
 * it is killed with SIGKILL, the daemon ends with its VMs, and the directory stays.
 */
final class DemoDaemon implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
  private static final int LOG_LINES = 10;

  /**
   * The pools stay empty while clones are compared with direct boots, so that no refill disturbs
   * the measurement.
   */
  private static final PoolConfig.Count NONE = new PoolConfig.Fixed(0);

  private final Path dir;
  private final VmFactoryConfig config;
  private final Process process;
  private final AtomicBoolean closing = new AtomicBoolean();

  /** Guarded by the lock {@link #closing}. */
  private boolean closed;

  private final Thread hook = new Thread(this::close, "demo-cleanup");

  private DemoDaemon(Path dir, VmFactoryConfig config, Process process) {
    this.dir = dir;
    this.config = config;
    this.process = process;
  }

  /** Starts a daemon with the configuration {@code like}, but in its own directories. */
  static DemoDaemon start(VmFactoryConfig like, Map<String, String> environment)
      throws IOException {
    Path dir = Files.createTempDirectory("vmfactory-demo");
    VmFactoryConfig config = in(dir, like);
    Path file = Files.writeString(dir.resolve("vmfactory.toml"), ConfigWriter.toToml(config));
    List<String> command = new ArrayList<>(program(environment));
    command.addAll(List.of("serve", "--config", file.toString(), "--end-with", ownPid()));
    Process process =
        new ProcessBuilder(command).redirectError(dir.resolve("daemon.log").toFile()).start();
    DemoDaemon daemon = new DemoDaemon(dir, config, process);
    Runtime.getRuntime().addShutdownHook(daemon.hook);
    return daemon;
  }

  private static String ownPid() {
    return Long.toString(ProcessHandle.current().pid());
  }

  /** Waits until the daemon reports that it is ready. */
  void awaitReady() {
    CompletableFuture<Boolean> ready =
        CompletableFuture.supplyAsync(() -> saysReady(reader(process)));
    if (!Deadline.after(START_LIMIT).await(ready, "the daemon to be ready")) {
      throw new CliException(
          Exit.FAILURE,
          "the daemon did not start:\n" + lastLogLines(),
          "run vmfactory check to see what this host lacks");
    }
  }

  Path dir() {
    return dir;
  }

  Path socket() {
    return config.daemon().socket();
  }

  /** Returns the settings for a runtime client of this daemon. */
  RuntimeSettings runtime() {
    return RuntimeSettings.of(config);
  }

  /** Returns whether {@link #close()} has begun. If so, it is the cause of any later failure. */
  boolean isClosing() {
    return closing.get();
  }

  /**
   * Ends the daemon. A second caller, such as the shutdown hook, waits until the first has
   * finished.
   */
  @Override
  public void close() {
    closing.set(true);
    synchronized (closing) {
      if (!closed) {
        closed = true;
        end();
      }
    }
  }

  private void end() {
    process.destroy();
    try {
      Deadline.after(STOP_LIMIT).await(process.onExit(), "the daemon to end");
    } catch (DeadlineExceededException e) {
      process.destroyForcibly();
    } finally {
      removeDir();
    }
  }

  private void removeDir() {
    try (Stream<Path> paths = Files.walk(dir)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + dir, e);
    }
  }

  private static BufferedReader reader(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  private static boolean saysReady(BufferedReader out) {
    return out.lines().anyMatch(line -> line.contains("ready"));
  }

  private String lastLogLines() {
    try {
      List<String> lines = Files.readAllLines(dir.resolve("daemon.log"));
      return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    } catch (IOException e) {
      return "(cannot read " + dir.resolve("daemon.log") + ")";
    }
  }

  private static List<String> program(Map<String, String> environment) {
    String launcher = environment.get("VMFACTORY_LAUNCHER");
    return launcher != null
        ? List.of(launcher)
        : List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            VmFactoryMain.class.getName());
  }

  private static VmFactoryConfig in(Path dir, VmFactoryConfig like) {
    DaemonConfig daemon = like.daemon();
    FactoryConfig factory = like.factory();
    DaemonConfig own =
        new DaemonConfig(
            dir.resolve("state"),
            dir.resolve("run"),
            "",
            daemon.defaultDeadline(),
            daemon.workers(),
            daemon.maxVms());
    return new VmFactoryConfig(
        own,
        like.qemu(),
        new FactoryConfig(
            true,
            dir.resolve("state/templates"),
            factory.templateCacheBytes(),
            List.of("TEMPLATE", "COLD"),
            factory.answerLimit()),
        like.leases(),
        like.pool().withNumbers(NONE, NONE),
        new MetricsConfig(0),
        RuntimeConfig.beside(own));
  }
}
