package io.vmfactory.harness.daemon;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A daemon's process from its start to its end. */
public final class DaemonProcess {
  private final Process process;
  private final CompletableFuture<String> ready = new CompletableFuture<>();

  /**
   * Takes a process that was just started. Reads its output to the end, so that it never waits for
   * a reader.
   *
   * @param log supplies the end of its log, for the message if it does not start
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

  /**
   * Completes with the line that says that clients can connect. Fails if the process ends before
   * that.
   */
  public CompletionStage<String> ready() {
    return ready.minimalCompletionStage();
  }

  /** Completes when the process has ended. */
  public CompletionStage<Process> ended() {
    return process.onExit();
  }

  public boolean alive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  /** Sends SIGKILL. */
  public void kill() {
    process.destroyForcibly();
  }

  /** Sends SIGTERM. */
  public void terminate() {
    process.destroy();
  }

  /** Returns how many descriptors the process has open. */
  public int openFiles() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/" + pid() + "/fd"))) {
      return (int) all.count();
    }
  }

  /** Returns what the descriptors of the process lead to: paths, and other names of the kernel. */
  public List<String> openTargets() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/" + pid() + "/fd"))) {
      return all.flatMap(DaemonProcess::target).toList();
    }
  }

  private static Stream<String> target(Path descriptor) {
    try {
      return Stream.of(Files.readSymbolicLink(descriptor).toString());
    } catch (IOException closed) {
      return Stream.empty();
    }
  }

  /** Returns the memory of the process that is in RAM (VmRSS), in KiB. */
  public long residentKib() throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow(() -> new IOException("no VmRSS of process " + pid()));
  }
}
