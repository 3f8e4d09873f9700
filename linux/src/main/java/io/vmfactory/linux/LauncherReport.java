package io.vmfactory.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.OsException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a launcher says about the program that it starts: the line {@code pid NUMBER} or {@code
 * ready}, and {@code error TEXT} if the program does not run. The report ends when the program runs
 * or has ended.
 */
final class LauncherReport {
  private static final int MOST_BYTES = 4096;

  /** struct pollfd: int fd, short events, short revents. */
  private static final int POLLFD_BYTES = 8;

  /** A launcher needs some milliseconds. */
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private static final String SILENT = "the launcher ended without a word";

  private LauncherReport() {}

  /**
   * Starts {@code launcher} and returns the pid of the program that it has started. The caller must
   * reap that.
   */
  static int pid(Program launcher) {
    return pid(report(launcher));
  }

  /** Starts {@code launcher} and waits until the program that it starts is ready. */
  static void awaitReady(Program launcher) {
    List<String> lines = report(launcher);
    Optional<String> error = after("error ", lines);
    if (error.isPresent() || !lines.contains("ready")) {
      throw new OsException(Kind.REFUSED, error.orElse(SILENT));
    }
  }

  private static List<String> report(Program launcher) {
    int[] ends = new int[2];
    try {
      LibC.pipe2(ends, LibC.O_CLOEXEC);
    } catch (LastErrorException e) {
      throw Errno.failure("cannot make a pipe", e);
    }
    try {
      return report(launcher, ends);
    } finally {
      LibC.close(ends[0]);
    }
  }

  private static List<String> report(Program launcher, int[] ends) {
    int pid;
    try {
      pid = Spawner.spawn(withLast(launcher, ends[1]));
    } finally {
      LibC.close(ends[1]);
    }
    StringBuilder said = new StringBuilder();
    boolean ended = false;
    try {
      ended = read(ends[0], LIMIT, said);
    } finally {
      Processes.abandon(pid, -1); // it has ended, or hangs
    }
    if (!ended) {
      read(ends[0], Duration.ZERO, said); // what it said last; the program itself may hang
      said.append("\nerror the launcher was not done after %d s".formatted(LIMIT.toSeconds()));
    }
    return said.toString().lines().toList();
  }

  private static Program withLast(Program launcher, int descriptor) {
    List<Integer> inherited = new ArrayList<>(launcher.inherited());
    inherited.add(descriptor);
    return new Program(
        launcher.executable(),
        launcher.arguments(),
        launcher.output(),
        inherited,
        launcher.smallPages());
  }

  /**
   * Reads until the report ends. An interruption of this thread has no effect here, because until
   * then only the launcher knows the program's pid; the caller can see it afterwards.
   *
   * @return false at the limit
   */
  private static boolean read(int fd, Duration most, StringBuilder said) {
    Deadline limit = Deadline.after(most);
    try (Memory buffer = new Memory(MOST_BYTES)) {
      long count = 1;
      while (count > 0 && readable(fd, limit)) {
        count = LibC.read(fd, buffer, MOST_BYTES);
        said.append(new String(buffer.getByteArray(0, (int) count), UTF_8));
      }
      return count == 0;
    }
  }

  private static boolean readable(int fd, Deadline limit) {
    try (Memory polled = new Memory(POLLFD_BYTES)) {
      polled.setInt(0, fd);
      polled.setInt(4, LibC.POLLIN);
      while (true) {
        try {
          return LibC.poll(polled, 1, (int) limit.remaining().toMillis()) > 0;
        } catch (LastErrorException e) {
          if (e.getErrorCode() != LibC.EINTR) {
            throw Errno.failure("cannot wait for the launcher", e);
          }
        }
      }
    }
  }

  private static int pid(List<String> lines) {
    Optional<Integer> pid = after("pid ", lines).map(Integer::parseInt);
    Optional<String> error = after("error ", lines);
    if (error.isPresent()) {
      pid.ifPresent(child -> Processes.abandon(child, -1));
      throw new OsException(Kind.REFUSED, error.get());
    }
    return pid.orElseThrow(() -> new OsException(Kind.REFUSED, SILENT));
  }

  private static Optional<String> after(String word, List<String> lines) {
    return lines.stream()
        .filter(line -> line.startsWith(word))
        .findFirst()
        .map(line -> line.substring(word.length()));
  }
}
