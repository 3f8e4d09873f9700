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
 * A daemon of the demonstration's own: a child process with a directory of its own. Closing it ends
 * the daemon with its VMs and removes the directory; so does the end of this process, however it
 * comes about, short of SIGKILL.
 */
final class DemoDaemon implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
  private static final int LOG_LINES = 10;

  /** While clones are compared with direct boots the machine does nothing else. */
  private static final PoolConfig.Count NONE = new PoolConfig.Fixed(0);

  private final Path dir;
  private final VmFactoryConfig config;
  private final Process process;
  private final AtomicBoolean closing = new AtomicBoolean();

  /** Under the lock of {@link #closing}. */
  private boolean closed;

  private final Thread hook = new Thread(this::close, "demo-cleanup");

  private DemoDaemon(Path dir, VmFactoryConfig config, Process process) {
    this.dir = dir;
    this.config = config;
    this.process = process;
  }

  /** Starts a daemon that is configured like {@code like}, except for where it keeps things. */
  static DemoDaemon start(VmFactoryConfig like, Map<String, String> environment)
      throws IOException {
    Path dir = Files.createTempDirectory("vmfactory-demo");
    VmFactoryConfig config = in(dir, like);
    Path file = Files.writeString(dir.resolve("vmfactory.toml"), ConfigWriter.toToml(config));
    List<String> command = new ArrayList<>(program(environment));
    command.addAll(List.of("serve", "--config", file.toString()));
    Process process =
        new ProcessBuilder(command).redirectError(dir.resolve("daemon.log").toFile()).start();
    DemoDaemon daemon = new DemoDaemon(dir, config, process);
    Runtime.getRuntime().addShutdownHook(daemon.hook);
    return daemon;
  }

  /** Waits until the daemon says that it is ready. */
  void awaitReady() {
    CompletableFuture<Boolean> ready =
        CompletableFuture.supplyAsync(() -> saysReady(reader(process)));
    if (!Deadline.after(START_LIMIT).await(ready, "the daemon to be ready")) {
      throw new CliException(
          Exit.FAILURE, "the daemon did not start:\n" + lastLogLines(), "see vmfactory check");
    }
  }

  Path dir() {
    return dir;
  }

  Path socket() {
    return config.daemon().socket();
  }

  /** How runtime instances use it. */
  RuntimeSettings runtime() {
    return RuntimeSettings.of(config);
  }

  /** Whether the end has begun: what fails from now on does so because of it. */
  boolean isClosing() {
    return closing.get();
  }

  /** Whoever calls second, such as the end of this process, waits until the first is through. */
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
      return "(its log cannot be read: " + e + ")";
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
            List.of("TEMPLATE", "COLD")),
        like.leases(),
        like.pool().withNumbers(NONE, NONE),
        new MetricsConfig(0),
        RuntimeConfig.beside(own));
  }
}
