package io.vmfactory.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Identifies a process. Pid, start time and executable together cannot be confused with a later
 * process that has the same pid.
 *
 * @param pid process id
 * @param startTicks start time in clock ticks since boot: field 22 of /proc/PID/stat, see proc(5)
 * @param executable what /proc/PID/exe points to; empty = this user may not see it
 */
public record ProcessIdentity(int pid, long startTicks, Path executable) {
  /** Field 22, counted from the first field after the closing bracket of the name (field 3). */
  private static final int START_TICKS_AFTER_NAME = 19;

  private static final Path UNSEEN = Path.of("");

  /** The kernel appends this to a program's path when its file was replaced, e.g. by an upgrade. */
  private static final String REPLACED = " (deleted)";

  /**
   * Returns the identity of the process that now has the pid.
   *
   * @param process the process's folder, {@code /proc/PID}
   * @throws IOException when no such process exists any more
   */
  public static ProcessIdentity of(Path process) throws IOException {
    int pid = Integer.parseInt(process.getFileName().toString());
    return new ProcessIdentity(
        pid, startTicks(process), Files.readSymbolicLink(process.resolve("exe")));
  }

  /**
   * Returns the identity of the process that now has the pid, as far as this user may see it: the
   * executable of another user's process is empty, and then {@link #lives} does not look at it.
   *
   * @param process the process's folder, {@code /proc/PID}
   * @throws IOException when no such process exists any more
   */
  public static ProcessIdentity seen(Path process) throws IOException {
    try {
      return of(process);
    } catch (AccessDeniedException e) {
      int pid = Integer.parseInt(process.getFileName().toString());
      return new ProcessIdentity(pid, startTicks(process), UNSEEN);
    }
  }

  /** Returns whether this user could see what the process runs. Otherwise it is another user's. */
  public boolean isSeen() {
    return !executable.equals(UNSEEN);
  }

  /**
   * Returns whether this process still runs; false if a later process has its pid.
   *
   * @param processes the kernel's folder of processes, normally {@code /proc}
   */
  public boolean lives(Path processes) {
    Path process = processes.resolve(Integer.toString(pid));
    try {
      return startTicks(process) == startTicks && (!isSeen() || runs(process));
    } catch (IOException e) {
      return false;
    }
  }

  private boolean runs(Path process) throws IOException {
    String program = Files.readSymbolicLink(process.resolve("exe")).toString();
    return program.equals(executable.toString()) || program.equals(executable + REPLACED);
  }

  /**
   * Returns the start time of a process, in clock ticks since boot.
   *
   * @param process the process's folder, {@code /proc/PID}
   * @throws IOException when no such process exists any more
   */
  public static long startTicks(Path process) throws IOException {
    // The name in field 2 may hold spaces, brackets and any bytes, and ends with the last ')'.
    String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
    String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(afterName[START_TICKS_AFTER_NAME]);
  }
}
