package io.vmfactory.harness.daemon;

import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A VM's process, found without the daemon: by its name, and by the folder in its command line.
 *
 * @param vm the VM's id
 */
public record RunningVm(String vm, ProcessHandle handle) {
  private static final Pattern NAME = Pattern.compile("vmfactory-([0-9a-f]{32})");

  /** Returns the VMs that run now and have their folders in {@code vms}, by id. */
  public static List<RunningVm> of(Path vms) {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.flatMap(handle -> read(handle, vms).stream())
          .sorted(Comparator.comparing(RunningVm::vm))
          .toList();
    }
  }

  private static Optional<RunningVm> read(ProcessHandle handle, Path vms) {
    try {
      String line = Files.readString(Path.of("/proc/" + handle.pid() + "/cmdline"));
      Matcher name = NAME.matcher(line);
      boolean ours = name.find() && line.contains(vms + "/" + name.group(1));
      return ours ? Optional.of(new RunningVm(name.group(1), handle)) : Optional.empty();
    } catch (IOException ended) {
      return Optional.empty();
    }
  }

  /** Kills the process. It is gone when this returns. */
  public void kill(Deadline deadline) {
    handle.destroyForcibly();
    deadline.await(handle.onExit(), "the process of VM " + vm + " to end");
  }

  /**
   * Stops the process (SIGSTOP): it neither runs nor answers any more, and can only be killed.
   *
   * @return completes when the process has ended
   */
  public CompletableFuture<Void> freeze() throws IOException {
    CompletableFuture<Void> ended = handle.onExit().thenApply(process -> null);
    new ProcessBuilder("kill", "-STOP", Long.toString(handle.pid())).inheritIO().start();
    return ended;
  }
}
