package io.vmfactory.vmm.linux;

import com.sun.jna.LastErrorException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A child process held by a pidfd, so that a signal cannot reach a later one of the same pid. */
public final class HostProcess {
  private static final int SIGKILL = 9;

  private final int pid;
  private final int pidfd;
  private final long startTicks;
  private final Path executable;
  private final CompletableFuture<ExitStatus> exited = new CompletableFuture<>();
  private boolean open = true;

  HostProcess(int pid, int pidfd, long startTicks, Path executable) {
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

  /** Completes on the watcher's thread when it has ended and was reaped. */
  public CompletionStage<ExitStatus> exited() {
    return exited;
  }

  /** Sends SIGKILL; nothing happens when it has ended. */
  public synchronized void kill() {
    if (!open) {
      return;
    }
    try {
      LibC.syscall(LibC.SYS_PIDFD_SEND_SIGNAL, pidfd, SIGKILL, 0, 0);
    } catch (LastErrorException e) {
      if (e.getErrorCode() != LibC.ESRCH) {
        throw Errno.failure("cannot kill process " + pid, e);
      }
    }
  }

  int pidfd() {
    return pidfd;
  }

  /** Takes the status of the ended child and lets go of its pidfd. */
  void reap() {
    int[] status = new int[1];
    LibC.waitpid(pid, status, LibC.WNOHANG);
    closePidfd();
    exited.complete(ExitStatus.ofWaitStatus(status[0]));
  }

  private synchronized void closePidfd() {
    open = false;
    LibC.close(pidfd);
  }
}
