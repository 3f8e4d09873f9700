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
 * What a launcher says about the program that it starts: the line {@code pid NUMBER}, and {@code
 * error TEXT} if the program does not run. The report ends when the program runs or has ended.
 */
final class LauncherReport {
  private static final int MOST_BYTES = 4096;

  /** A launcher needs some milliseconds. */
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private LauncherReport() {}

  /**
   * Starts {@code launcher} and returns the pid of the program that it has started. The caller must
   * reap that.
   */
  static int pid(Program launcher) {
    int[] ends = new int[2];
    try {
      LibC.pipe2(ends, LibC.O_CLOEXEC);
    } catch (LastErrorException e) {
      throw Errno.failure("cannot make a pipe", e);
    }
    try {
      return result(report(launcher, ends));
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
    try {
      return read(ends[0]).lines().toList();
    } finally {
      Processes.abandon(pid, -1); // it has ended, or hangs
    }
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

  private static String read(int fd) {
    Deadline limit = Deadline.after(LIMIT);
    SocketPoll poll = new SocketPoll();
    try (Memory buffer = new Memory(MOST_BYTES)) {
      long length = 0;
      for (long count = 1; count > 0 && length < MOST_BYTES; ) {
        limit.check("the start of a program by its launcher");
        if (poll.readable(fd, limit.remaining())) {
          count = LibC.read(fd, buffer.share(length), MOST_BYTES - length);
          length += count;
        }
      }
      return new String(buffer.getByteArray(0, (int) length), UTF_8);
    } finally {
      poll.release();
    }
  }

  private static int result(List<String> lines) {
    Optional<Integer> pid = after("pid ", lines).map(Integer::parseInt);
    Optional<String> error = after("error ", lines);
    if (error.isPresent()) {
      pid.ifPresent(child -> Processes.abandon(child, -1));
      throw new OsException(Kind.REFUSED, error.get());
    }
    return pid.orElseThrow(
        () -> new OsException(Kind.REFUSED, "the launcher ended without a word"));
  }

  private static Optional<String> after(String word, List<String> lines) {
    return lines.stream()
        .filter(line -> line.startsWith(word))
        .findFirst()
        .map(line -> line.substring(word.length()));
  }
}
