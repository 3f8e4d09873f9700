package io.vmfactory.bench.engines;

import io.vmfactory.bench.commands.TimedCommand;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.harness.daemon.DaemonHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder of an engine, with everything on the host that belongs to it: processes that name the
 * folder in their command lines, mounts below it, control groups with its name. Closing ends and
 * removes them.
 */
final class EngineFolder implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Path GROUPS = Path.of("/sys/fs/cgroup");

  private final Path path;

  /** Makes the folder; {@code path} does not exist. */
  EngineFolder(Path path) throws IOException {
    this.path = Files.createDirectories(path);
  }

  /** Returns the path of a file in it, which need not exist. */
  Path file(String name) {
    return path.resolve(name);
  }

  /** Returns its path. */
  Path path() {
    return path;
  }

  /** Returns the name of the control groups, which is the path with dashes. */
  String group() {
    return path.toString().substring(1).replace('/', '-');
  }

  /** Writes a program for the shell. Returns its path. */
  Path script(String name, String text) throws IOException {
    Path script = file(name);
    Files.createDirectories(script.getParent());
    Files.writeString(script, "#!/bin/sh\n" + text + "\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    return script;
  }

  /** Returns the processes that have {@code words} in their command lines. */
  static List<ProcessHandle> naming(String words) {
    long self = ProcessHandle.current().pid();
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.filter(process -> process.pid() != self && names(process.pid(), words)).toList();
    }
  }

  private static boolean names(long pid, String words) {
    try {
      String line =
          Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
      return line.replace('\0', ' ').contains(words);
    } catch (IOException ended) {
      return false;
    }
  }

  /** Kills the processes that have {@code words} in their command lines. They have ended then. */
  static void end(String words) {
    Deadline limit = Deadline.after(LIMIT);
    for (List<ProcessHandle> left = naming(words); !left.isEmpty(); left = naming(words)) {
      for (ProcessHandle process : left) {
        process.destroyForcibly();
        limit.await(process.onExit(), "the end of process " + process.pid());
      }
    }
  }

  @Override
  public void close() {
    try {
      end(path + "/");
      for (Path mount : mounts()) {
        var unused =
            TimedCommand.run(List.of("umount", "-l", mount.toString()), Deadline.after(LIMIT));
      }
      removeGroups();
      DaemonHome.remove(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot clear " + path, e);
    }
  }

  /** Returns the mounts below the folder, the innermost first. */
  private List<Path> mounts() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
        .map(line -> Path.of(line.split(" ", -1)[4]))
        .filter(mount -> mount.startsWith(path))
        .sorted(Comparator.reverseOrder())
        .toList();
  }

  private void removeGroups() throws IOException {
    try (Stream<Path> trees = Files.list(GROUPS)) {
      for (Path tree : Stream.concat(Stream.of(GROUPS), trees).toList()) {
        removeGroup(tree.resolve(group()));
      }
    }
  }

  private static void removeGroup(Path group) throws IOException {
    if (!Files.isDirectory(group)) {
      return;
    }
    List<Path> inside;
    try (Stream<Path> all = Files.walk(group)) {
      inside = all.filter(Files::isDirectory).sorted(Comparator.reverseOrder()).toList();
    }
    for (Path one : inside) {
      Files.deleteIfExists(one);
    }
  }
}
