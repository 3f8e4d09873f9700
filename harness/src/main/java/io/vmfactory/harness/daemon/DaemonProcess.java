package io.vmfactory.harness.daemon;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** One daemon from its start to its end. */
public final class DaemonProcess {
  private final Process process;
  private final CompletableFuture<String> ready = new CompletableFuture<>();

  /**
   * Takes a process that was just started. Its output is read to its end, so that it never waits
   * for a reader.
   *
   * @param log its last words, for the message when it does not start
   */
  public DaemonProcess(Process process, Supplier<String> log) {
    this.process = process;
    Thread reader = new Thread(() -> read(log), "output of daemon " + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  private void read(Supplier<String> log) {
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line; (line = out.readLine()) != null; ) {
        if (line.startsWith("vmfactory ready")) {
          ready.complete(line);
        }
      }
    } catch (IOException e) {
      ready.completeExceptionally(e);
    }
    ready.completeExceptionally(
        new IllegalStateException("the daemon did not start:\n" + log.get()));
  }

  /** Completes with its word that clients can connect; fails when it ends before. */
  public CompletionStage<String> ready() {
    return ready.minimalCompletionStage();
  }

  /** Completes when it has ended. */
  public CompletionStage<Process> ended() {
    return process.onExit();
  }

  public boolean alive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  /** SIGKILL. */
  public void kill() {
    process.destroyForcibly();
  }

  /** SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** How many descriptors it has open. */
  public int openFiles() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/" + pid() + "/fd"))) {
      return (int) all.count();
    }
  }

  /** Memory it has in RAM (VmRSS), in KiB. */
  public long residentKib() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow(() -> new IOException("no VmRSS of process " + pid()));
  }
}
