package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import io.vmfactory.linux.OsException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A process held by a pidfd, so that a signal cannot reach a later one of the same pid. A child of
 * this process, or of an earlier one.
 */
public final class HostProcess {
  private static final int SIGKILL = 9;
  private static final int NONE = 0; // asks only whether a signal could be sent

  private final long ticket;
  private final int pid;
  private final int pidfd;
  private final long startTicks;
  private final Path executable;
  private final CompletableFuture<ExitStatus> exited = new CompletableFuture<>();
  private boolean open = true;

  /**
   * @param ticket by which the watcher knows it: unlike a descriptor's number never used again
   */
  HostProcess(long ticket, int pid, int pidfd, long startTicks, Path executable) {
    this.ticket = ticket;
    this.pid = pid;
    this.pidfd = pidfd;
    this.startTicks = startTicks;
    this.executable = executable;
  }

  /** Its process id. */
  public int pid() {
    return pid;
  }

  /** When it started, in clock ticks since boot. */
  public long startTicks() {
    return startTicks;
  }

  /** The file it runs. */
  public Path executable() {
    return executable;
  }

  /**
   * Completes on the watcher's thread when it has ended, and was reaped where it is a child; how a
   * process ended that is none is unknown.
   */
  public CompletionStage<ExitStatus> exited() {
    return exited;
  }

  /** Sends SIGKILL; nothing happens when it has ended. */
  public void kill() {
    signal(SIGKILL);
  }

  /** Whether the process is still there to take a signal; one that was not reaped yet is. */
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
   * Makes {@code bytes} the whole content of a memory file that the process has inherited.
   *
   * @param descriptor the file's number in that process
   * @throws OsException of kind {@code GONE} when the process is gone
   */
  public void put(int descriptor, byte[] bytes) {
    Path path = Path.of("/proc/" + pid + "/fd/" + descriptor);
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
      // Still there after the opening, it was there before: this is no later process's file.
      if (!signal(NONE)) {
        throw gone(pid, null);
      }
      file.truncate(0);
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        file.write(rest);
      }
    } catch (NoSuchFileException e) {
      throw gone(pid, e);
    } catch (IOException e) {
      String what = "cannot give %d bytes to process %d: %s";
      throw new OsException(Kind.REFUSED, what.formatted(bytes.length, pid, e.getMessage()), e);
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

  /** Takes the status of the ended process, where it is ours to take, and lets go of its pidfd. */
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

  /** Ends what this object can do; the process, if it lives, runs on. */
  synchronized void letGo() {
    if (open) {
      open = false;
      LibC.close(pidfd);
    }
  }
}
