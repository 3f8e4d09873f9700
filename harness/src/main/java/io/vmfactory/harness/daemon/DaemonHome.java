package io.vmfactory.harness.daemon;

import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Folders and configuration of a private daemon. They outlive its processes and go with close. */
public final class DaemonHome implements AutoCloseable {
  private static final int LAST_LINES = 15;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Path folder;
  private final List<String> command;
  private final Thread abandoned = new Thread(this::abandon, "end of the daemon's home");
  private boolean endsWithProcess;
  private boolean closed;

  private DaemonHome(Path folder, List<String> command) {
    this.folder = folder;
    this.command = command;
  }

  /**
   * New ones.
   *
   * @param command what starts {@code vmfactory}, to which its verb and options are added
   * @param settings the configuration in TOML, which begins with further keys of [daemon]
   */
  public static DaemonHome make(List<String> command, String settings) throws IOException {
    Path folder = Files.createTempDirectory("vmfactory-");
    Files.writeString(
        folder.resolve("vmfactory.toml"),
        "[daemon]\nstate_dir = \"%1$s/state\"\nrun_dir = \"%1$s/run\"\n%2$s"
            .formatted(folder, settings));
    return new DaemonHome(folder, command);
  }

  /**
   * Gives it another home's template, which is immutable: the same files under one more name.
   * Daemons that are started here find it.
   */
  public void link(DaemonHome other, String key) throws IOException {
    Path folder = Files.createDirectories(template(key));
    try (Stream<Path> files = Files.list(other.template(key))) {
      for (Path file : files.toList()) {
        Files.createLink(folder.resolve(file.getFileName()), file);
      }
    }
  }

  /**
   * From now on everything here ends with this process when it is told to end (Ctrl-C, SIGTERM)
   * before this is closed: daemons and whatever else it has started, VMs, folders.
   */
  public void endWithProcess() {
    Runtime.getRuntime().addShutdownHook(abandoned);
    endsWithProcess = true;
  }

  /** Starts a daemon here; its log is appended to that of earlier ones. */
  public synchronized DaemonProcess start(String... options) throws IOException {
    if (closed) {
      throw new IllegalStateException("closed, or this process is being ended");
    }
    List<String> line = new ArrayList<>(command);
    line.addAll(List.of("serve", "--config", folder.resolve("vmfactory.toml").toString()));
    line.addAll(List.of(options));
    Process process =
        new ProcessBuilder(line)
            .redirectError(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
            .start();
    return new DaemonProcess(process, this::log);
  }

  public Path folder() {
    return folder;
  }

  /** The daemon's state_dir. */
  public Path stateDir() {
    return folder.resolve("state");
  }

  /** The daemon's run_dir. */
  public Path runDir() {
    return folder.resolve("run");
  }

  /** The daemon's configuration. */
  public Path configuration() {
    return folder.resolve("vmfactory.toml");
  }

  /** Where clients connect. */
  public Path socket() {
    return runDir().resolve("factory.sock");
  }

  /** Where each VM has its folder. */
  public Path vms() {
    return runDir().resolve("vm");
  }

  /** A template's folder in the store. */
  public Path template(String key) {
    return folder.resolve("state/templates").resolve(key);
  }

  /** A folder for sockets and files of the daemon's user. */
  public Path scratch() throws IOException {
    return Files.createDirectories(folder.resolve("floor"));
  }

  /** Pids of every QEMU that names this folder: of its daemons, and of their clients. */
  public Set<Long> machines() {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.filter(process -> isMachine(process.pid()))
          .map(ProcessHandle::pid)
          .collect(Collectors.toSet());
    }
  }

  private boolean isMachine(long pid) {
    try {
      String line =
          Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
      return line.contains("qemu") && line.contains(folder.toString());
    } catch (IOException ended) {
      return false;
    }
  }

  /** The last lines of the daemons' log. */
  public String log() {
    try {
      List<String> lines = Files.readAllLines(logFile());
      return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  /** Where the daemons of this home write their log. */
  public Path logFile() {
    return folder.resolve("daemon.log");
  }

  /** Removes everything below {@code root}, and itself. */
  public static void remove(Path root) {
    try (Stream<Path> all = Files.walk(root)) {
      all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + root, e);
    }
  }

  /** At the end of this process, when whoever has this open does not come to closing it. */
  private synchronized void abandon() {
    closed = true;
    Deadline limit = Deadline.after(LIMIT);
    List<ProcessHandle> begun = ProcessHandle.current().descendants().toList();
    begun.forEach(ProcessHandle::destroyForcibly);
    begun.forEach(process -> limit.await(process.onExit(), "the end of process " + process.pid()));
    RunningVm.of(vms()).forEach(vm -> vm.kill(limit)); // those of daemons that were killed before
    remove(folder);
  }

  @Override
  public synchronized void close() {
    if (!closed && (!endsWithProcess || keptFromEnding())) {
      closed = true;
      remove(folder);
    }
  }

  /** False when this process is ending: then everything here is ended by that. */
  private boolean keptFromEnding() {
    try {
      return Runtime.getRuntime().removeShutdownHook(abandoned);
    } catch (IllegalStateException ending) {
      return false;
    }
  }
}
