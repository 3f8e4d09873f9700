package io.vmfactory.harness.scripted;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Uninterrupted;
import io.vmfactory.harness.daemon.DaemonHome;
import io.vmfactory.harness.daemon.DaemonProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The daemon's domain and its socket over a scripted hypervisor, in a process of its own: any
 * number of VMs, which cost almost nothing. The process has the class path of this one.
 */
public final class ScriptedDaemon implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String PROGRAM = "io.vmfactory.harness.scripted.ScriptedDaemonMain";

  private final Path folder;
  private final Process process;

  private ScriptedDaemon(Path folder, Process process) {
    this.folder = folder;
    this.process = process;
  }

  /**
   * Starts a daemon that keeps {@code warm} warm VMs. It serves when this returns, and fills its
   * pool afterwards.
   */
  public static ScriptedDaemon start(int warm) throws IOException {
    Path folder = Files.createTempDirectory("vmfactory-");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xss512k",
            "-Xms16m",
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            PROGRAM,
            folder.toString(),
            Integer.toString(warm));
    Path log = folder.resolve("log");
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    ScriptedDaemon daemon = new ScriptedDaemon(folder, process);
    DaemonProcess output = new DaemonProcess(process, () -> "of " + PROGRAM + ", see " + log);
    try {
      Deadline.after(LIMIT).await(output.ready(), "the scripted daemon to be ready");
      return daemon;
    } catch (RuntimeException e) {
      daemon.close();
      throw e;
    }
  }

  /** Returns the socket where clients connect. */
  public Path socket() {
    return folder.resolve("run/factory.sock");
  }

  /** Ends the process by closing its standard input, and removes its folder. */
  @Override
  public void close() {
    Uninterrupted.run(this::end);
  }

  private void end() {
    try {
      process.getOutputStream().close();
      Deadline.after(LIMIT).await(process.onExit(), "the scripted daemon to end");
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
    }
    DaemonHome.remove(folder);
  }
}
