package io.vmfactory.bench.cases;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Lists the things that vmfactory could leave on the host, in words, whichever process made them.
 */
final class HostLeftovers {
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");
  private static final Pattern OURS = Pattern.compile("vmfactory|qemu");

  private HostLeftovers() {}

  /** Returns processes and mounts that belong to {@code home}. */
  static List<String> of(Path home) throws IOException {
    return Stream.concat(processes(home).stream(), mounts(home).stream()).toList();
  }

  /** Returns the names of entries in /dev/shm that might be ours. */
  static List<String> sharedMemory() throws IOException {
    if (!Files.isDirectory(SHARED_MEMORY)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(SHARED_MEMORY)) {
      return files.map(Path::toString).filter(name -> OURS.matcher(name).find()).toList();
    }
  }

  /** Returns files and folders below {@code root}, except {@code allowed} itself. */
  static List<String> files(Path root, Path allowed) throws IOException {
    if (!Files.exists(root)) {
      return List.of();
    }
    try (Stream<Path> tree = Files.walk(root)) {
      return tree.filter(file -> !file.equals(root) && !file.equals(allowed))
          .map(file -> "file " + file)
          .toList();
    }
  }

  /**
   * Returns the processes that still run; one that has ended but was not reaped by its parent does
   * not count.
   */
  static List<String> running(List<ProcessHandle> processes) {
    return processes.stream()
        .filter(process -> process.isAlive() && !commandLine(process.pid()).isEmpty())
        .map(process -> "process " + process.pid())
        .toList();
  }

  private static String commandLine(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline"));
    } catch (IOException ended) {
      return "";
    }
  }

  /** Finds processes by their command lines, or by files below {@code home} that they have open. */
  private static List<String> processes(Path home) {
    long self = ProcessHandle.current().pid();
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.filter(process -> process.pid() != self && uses(process.pid(), home))
          .map(process -> "process " + process.pid())
          .toList();
    }
  }

  private static boolean uses(long pid, Path home) {
    if (commandLine(pid).contains(home.toString())) {
      return true;
    }
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return open.anyMatch(fd -> target(fd).startsWith(home.toString()));
    } catch (IOException ended) {
      return false;
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException closed) {
      return "";
    }
  }

  private static List<String> mounts(Path home) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
        .filter(line -> line.contains(home.toString()))
        .map(line -> "mount " + line)
        .toList();
  }
}
