package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Uninterrupted;
import io.vmfactory.linux.OsException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A process held by a pidfd, so a signal cannot reach a later process with the same pid. The
 * process is a child of this process or was adopted from an earlier one.
 */
public final class HostProcess {
  private static final int SIGKILL = 9;
  private static final int NONE = 0; // tests only whether a signal could be sent

  private final long ticket;
  private final int pid;
  private final int pidfd;
  private final long startTicks;
  private final Path executable;
  private final CompletableFuture<ExitStatus> exited = new CompletableFuture<>();
  private boolean open = true;

  /**
   * @param ticket the process's number at the watcher; unlike a descriptor's number never reused
   */
  HostProcess(long ticket, int pid, int pidfd, long startTicks, Path executable) {
    this.ticket = ticket;
    this.pid = pid;
    this.pidfd = pidfd;
    this.startTicks = startTicks;
    this.executable = executable;
  }

  /** Returns the process id. */
  public int pid() {
    return pid;
  }

  /** Returns the start time in clock ticks since boot. */
  public long startTicks() {
    return startTicks;
  }

  /** Returns the executable that the process runs. */
  public Path executable() {
    return executable;
  }

  /**
   * Returns the id of the user that owns the process.
   *
   * @throws OsException of kind {@code GONE} when the process is gone
   */
  public long user() {
    try {
      return Integer.toUnsignedLong(
          (Integer) Files.getAttribute(Path.of("/proc/" + pid), "unix:uid"));
    } catch (IOException e) {
      throw gone(pid, e);
    }
  }

  /**
   * Completes on the watcher's thread when the process has ended; a child is reaped by then. The
   * status of a process that is no child is unknown.
   */
  public CompletionStage<ExitStatus> exited() {
    return exited;
  }

  /** Sends SIGKILL. Has no effect if the process has ended. */
  public void kill() {
    signal(SIGKILL);
  }

  /**
   * Kills it and waits until it is gone, even if this thread has been cancelled before.
   *
   * @throws io.vmfactory.configs.time.DeadlineExceededException if it is there after {@code limit}
   */
  public ExitStatus end(Duration limit) {
    kill();
    Uninterrupted.run(
        () -> Deadline.after(limit).await(exited, "the end of killed process " + pid));
    return exited.join();
  }

  /** Sends a signal. Returns whether the process could get it; a process that is not reaped can. */
  private synchronized boolean signal(int signal) {
    if (!open) {
      return false;
    }
    try {
      LibC.syscall(LibC.SYS_PIDFD_SEND_SIGNAL, pidfd, signal, 0, 0);
      return true;
    } catch (LastErrorException e) {
      if (e.getErrorCode() == LibC.ESRCH) {
        return false;
      }
      throw Errno.failure("cannot send signal %d to process %d".formatted(signal, pid), e);
    }
  }

  /**
   * Replaces the content of a memory file that the process has inherited by {@code bytes}.
   *
   * @param descriptor the file's number in that process
   * @throws OsException of kind {@code GONE} when the process is gone
   */
  public void put(int descriptor, byte[] bytes) {
    Path path = Path.of("/proc/" + pid + "/fd/" + descriptor);
    try (Descriptor file = new Descriptor(LibC.open(path, LibC.O_WRONLY, 0))) {
      requireAlive();
      requireMemory(file);
      OwnerOnly.overwrite(file, bytes);
    } catch (NoSuchFileException e) {
      throw gone(pid, e);
    } catch (IOException e) {
      String what = "cannot write %d bytes for process %d: %s";
      throw new OsException(Kind.REFUSED, what.formatted(bytes.length, pid, e.getMessage()), e);
    }
  }

  /** The process may have put any file that it can read where the memory file was. */
  private static void requireMemory(Descriptor file) throws IOException {
    Path name = Files.readSymbolicLink(Path.of("/proc/self/fd/" + file.number()));
    if (!name.toString().startsWith("/memfd:")) {
      throw new IOException("it has " + name + " open there, and not a memory file");
    }
  }

  /**
   * Opens a file that the process has open once more, for reading. The process decides which file
   * that is, so the caller gets regular files only.
   *
   * @param descriptor the file's number in that process
   * @throws OsException of kind {@code GONE} when the process is gone, {@code INVALID} when it has
   *     no regular file of that number
   */
  public Descriptor open(int descriptor) {
    Path path = Path.of("/proc/" + pid + "/fd/" + descriptor);
    String what = "file %d of process %d".formatted(descriptor, pid);
    try {
      // Does not wait, even if the process has put a pipe there.
      int flags = LibC.O_RDONLY | LibC.O_NONBLOCK | LibC.O_CLOEXEC;
      Descriptor opened = new Descriptor(LibC.open(path.toString(), flags));
      try {
        requireAlive();
        requireRegular(opened, what);
        return opened;
      } catch (RuntimeException e) {
        opened.close();
        throw e;
      }
    } catch (LastErrorException e) {
      if (!signal(NONE)) {
        throw gone(pid, e);
      }
      throw switch (e.getErrorCode()) {
        case LibC.ENOENT -> new OsException(Kind.INVALID, what + " does not exist", e);
        case LibC.ENXIO -> notRegular(what); // a socket
        default -> Errno.failure("cannot open " + what, e);
      };
    }
  }

  private static OsException notRegular(String what) {
    return new OsException(Kind.INVALID, what + " is not a regular file");
  }

  /**
   * Checks that the process is not gone. If it lives after something of it was opened by its pid,
   * it lived before: that thing is not another process's.
   */
  void requireAlive() {
    if (!signal(NONE)) {
      throw gone(pid, null);
    }
  }

  private static void requireRegular(Descriptor opened, String what) {
    if (!Files.isRegularFile(opened.path())) {
      throw notRegular(what);
    }
  }

  static OsException gone(int pid, @Nullable Throwable cause) {
    return new OsException(Kind.GONE, "process %d is gone".formatted(pid), cause);
  }

  long ticket() {
    return ticket;
  }

  int pidfd() {
    return pidfd;
  }

  /** Reaps the ended process if it is a child, and closes its pidfd. */
  void reap() {
    ExitStatus status = status();
    letGo();
    exited.complete(status);
  }

  private ExitStatus status() {
    int[] status = new int[1];
    try {
      LibC.waitpid(pid, status, LibC.WNOHANG);
      return ExitStatus.ofWaitStatus(status[0]);
    } catch (LastErrorException e) {
      if (e.getErrorCode() == LibC.ECHILD) {
        return ExitStatus.UNKNOWN;
      }
      throw Errno.failure("cannot take the exit status of process " + pid, e);
    }
  }

  /** Closes the pidfd. The process continues if it still runs. */
  synchronized void letGo() {
    if (open) {
      open = false;
      LibC.close(pidfd);
    }
  }
}
