package io.vmfactory.harness.daemon;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.Trees;
import io.vmfactory.vmm.StartingVm;
import io.vmfactory.vmm.VmFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The folders and the configuration of a private daemon. They outlive its processes; {@link #close}
 * removes them.
 */
public final class DaemonHome implements AutoCloseable {
  private static final String SECRET = "template.secret";
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
   * Makes new folders and writes the configuration.
   *
   * @param command starts {@code vmfactory}; a verb and its options are appended
   * @param settings the rest of the configuration in TOML; begins with further keys of [daemon]
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
   * Shares another home's template, which is immutable: links the same files under one more name,
   * and the secret that has sealed them. Daemons that start here find it.
   */
  public void link(DaemonHome other, String key) throws IOException {
    Path folder = Files.createDirectories(template(key));
    if (Files.notExists(stateDir().resolve(SECRET))) {
      Files.createLink(stateDir().resolve(SECRET), other.stateDir().resolve(SECRET));
    }
    try (Stream<Path> files = Files.list(other.template(key))) {
      for (Path file : files.toList()) {
        Files.createLink(folder.resolve(file.getFileName()), file);
      }
    }
  }

  /**
   * From now on, if this process gets a signal to end (Ctrl-C, SIGTERM) before {@link #close}, ends
   * everything with it: daemons, all other child processes, VMs and folders.
   */
  public void endWithProcess() {
    Runtime.getRuntime().addShutdownHook(abandoned);
    endsWithProcess = true;
  }

  /**
   * Starts a daemon here, which ends with its VMs if this process is killed. Appends its log to
   * that of earlier daemons.
   */
  public synchronized DaemonProcess start(String... options) throws IOException {
    if (closed) {
      throw new IllegalStateException("closed, or this process is being ended");
    }
    List<String> line = new ArrayList<>(command);
    line.addAll(List.of("serve", "--config", folder.resolve("vmfactory.toml").toString()));
    line.addAll(List.of("--end-with", Long.toString(ProcessHandle.current().pid())));
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

  /** Returns the daemon's state_dir. */
  public Path stateDir() {
    return folder.resolve("state");
  }

  /** Returns the daemon's run_dir. */
  public Path runDir() {
    return folder.resolve("run");
  }

  /** Returns the daemon's configuration file. */
  public Path configuration() {
    return folder.resolve("vmfactory.toml");
  }

  /** Returns the socket where clients connect. */
  public Path socket() {
    return runDir().resolve("factory.sock");
  }

  /** Returns the folder that contains each VM's folder. */
  public Path vms() {
    return runDir().resolve("vm");
  }

  /** Returns a template's folder in the store. */
  public Path template(String key) {
    return folder.resolve("state/templates").resolve(key);
  }

  /** Makes and returns a folder for sockets and files of the daemon's user. */
  public Path scratch() throws IOException {
    return Files.createDirectories(folder.resolve("floor"));
  }

  /**
   * Returns the pids of every QEMU that names this folder: those of its daemons and of their
   * clients.
   */
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

  /** Returns the last lines of the daemons' log. */
  public String log() {
    try {
      List<String> lines = Files.readAllLines(logFile());
      return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }

  /** Returns the file that the daemons of this home append their log to. */
  public Path logFile() {
    return folder.resolve("daemon.log");
  }

  /** Removes {@code root} and everything below it. A daemon may be removing it at the same time. */
  public static void remove(Path root) {
    try {
      Trees.delete(root);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + root, e);
    }
  }

  /** Ends everything at the end of this process, if {@link #close} was not called. */
  private synchronized void abandon() {
    closed = true;
    Deadline limit = Deadline.after(LIMIT);
    for (List<ProcessHandle> begun = begun(); !begun.isEmpty(); begun = begun()) {
      begun.forEach(process -> end(process, limit)); // one may have begun another meanwhile
    }
    endVms(limit); // of daemons that were killed now or earlier
    awaitStarts(limit);
    endVms(limit);
    removeAll();
  }

  /** A daemon that is killed leaves its control group, and no other will have this run_dir. */
  private void removeAll() {
    DaemonGroups.clear(runDir());
    remove(folder);
  }

  private static List<ProcessHandle> begun() {
    return ProcessHandle.current().descendants().toList();
  }

  private static void end(ProcessHandle process, Deadline limit) {
    process.destroyForcibly();
    limit.await(process.onExit(), "the end of process " + process.pid());
  }

  private void endVms(Deadline limit) {
    List<RunningVm> left = RunningVm.of(vms());
    while (!left.isEmpty()) {
      left.forEach(vm -> vm.kill(limit));
      left = RunningVm.of(vms());
    }
    machines().stream()
        .flatMap(pid -> ProcessHandle.of(pid).stream())
        .forEach(vm -> end(vm, limit));
  }

  /** A daemon that was killed while it started a VM leaves a process that is not a QEMU yet. */
  private void awaitStarts(Deadline limit) {
    for (Path parent : List.of(vms(), runDir().resolve("sandboxes/.vm"))) {
      if (Files.isDirectory(parent)) {
        children(parent).forEach(vm -> StartingVm.awaitMonitor(new VmFolder(vm), limit));
      }
    }
  }

  private static List<Path> children(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      return all.toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
  }

  @Override
  public synchronized void close() {
    if (!closed && (!endsWithProcess || keptFromEnding())) {
      closed = true;
      removeAll();
    }
  }

  /** Returns false if this process is ending: then the shutdown hook ends everything here. */
  private boolean keptFromEnding() {
    try {
      return Runtime.getRuntime().removeShutdownHook(abandoned);
    } catch (IllegalStateException ending) {
      return false;
    }
  }
}
