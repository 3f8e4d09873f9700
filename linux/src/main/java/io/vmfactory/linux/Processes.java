package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import io.vmfactory.linux.OsException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts child processes, adopts processes of an earlier daemon, and notices when they end: one
 * thread waits in epoll for the pidfds of all of them. Thread-safe. Closing it ends the watching,
 * not the processes.
 */
public final class Processes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Processes.class);

  /** struct epoll_event is packed on x86-64: 32 bits of events, 64 bits of data. */
  private static final int EVENT_BYTES = 12;

  private static final int BATCH = 64;

  private static final Path PROC = Path.of("/proc");
  private static final long STOP = 0;

  /**
   * The watched processes by ticket. An event can come late. The ticket keeps it from being taken
   * for an event of a later process whose descriptor has the same number.
   */
  private final Map<Long, HostProcess> watched = new ConcurrentHashMap<>();

  private final AtomicLong lastTicket = new AtomicLong(STOP);
  private final int epoll;
  private final int stop;
  private final Thread watcher;

  public Processes() {
    try {
      epoll = LibC.epoll_create1(LibC.EPOLL_CLOEXEC);
      stop = LibC.eventfd(0, LibC.EFD_CLOEXEC);
      watch(stop, STOP);
    } catch (LastErrorException e) {
      throw Errno.failure("cannot watch processes", e);
    }
    watcher = new Thread(this::run, "vmm-exits");
    watcher.setDaemon(true);
    watcher.start();
  }

  /**
   * Starts {@code program}.
   *
   * @throws OsException of kind {@code SHORTAGE} when the host is out of processes, memory or
   *     descriptors; {@code REFUSED} when the program cannot be executed
   */
  public HostProcess start(Program program) {
    return child(program, Spawner.spawn(program));
  }

  /**
   * Starts a program through a launcher, which makes it a child of this process and then ends.
   *
   * @param launcher gets the descriptor for its report as the last inherited one; see {@link
   *     LauncherReport}
   * @throws OsException of kind {@code REFUSED} with the launcher's reason when the program does
   *     not run; otherwise as {@link #start}
   */
  public HostProcess startThrough(Program launcher) {
    return child(launcher, LauncherReport.pid(launcher));
  }

  /**
   * Starts a service through a launcher, which makes the service independent of this process and
   * then ends. Returns when the service is ready.
   *
   * @param launcher like that of {@link #startThrough}
   * @throws OsException of kind {@code REFUSED} with the launcher's reason when the service is not
   *     ready; otherwise as {@link #start}
   */
  public static void startService(Program launcher) {
    LauncherReport.awaitReady(launcher);
  }

  private HostProcess child(Program program, int pid) {
    int pidfd = -1;
    try {
      pidfd = open(pid);
      long ticks = ProcessIdentity.startTicks(PROC.resolve(Integer.toString(pid)));
      return watched(pid, pidfd, ticks, executable(program, pid));
    } catch (LastErrorException e) {
      abandon(pid, pidfd);
      throw Errno.failure("cannot watch process " + pid, e);
    } catch (IOException e) {
      abandon(pid, pidfd);
      throw new OsException(Kind.SHORTAGE, "cannot read /proc/" + pid, e);
    }
  }

  /** The pid of an unreaped child is not reused, so killing by pid is safe here. */
  static void abandon(int pid, int pidfd) {
    LibC.kill(pid, 9);
    LibC.waitpid(pid, new int[1], 0);
    if (pidfd >= 0) {
      LibC.close(pidfd);
    }
  }

  /**
   * Watches a process that another process has started.
   *
   * @throws OsException of kind {@code GONE} when the process is gone, or its pid was reused
   */
  public HostProcess adopt(ProcessIdentity who) {
    int pidfd = -1;
    try {
      pidfd = open(who.pid());
      // Checked after the opening: a process that lives now lived then, so it is the right one.
      if (!who.lives(PROC)) {
        throw HostProcess.gone(who.pid(), null);
      }
      return watched(who.pid(), pidfd, who.startTicks(), who.executable());
    } catch (LastErrorException e) {
      close(pidfd);
      throw who.lives(PROC)
          ? Errno.failure("cannot watch process " + who.pid(), e)
          : HostProcess.gone(who.pid(), e);
    } catch (OsException e) {
      close(pidfd);
      throw e;
    }
  }

  private static void close(int pidfd) {
    if (pidfd >= 0) {
      LibC.close(pidfd);
    }
  }

  private static int open(int pid) {
    return (int) LibC.syscall(LibC.SYS_PIDFD_OPEN, pid, 0, 0, 0);
  }

  private HostProcess watched(int pid, int pidfd, long startTicks, Path executable) {
    HostProcess process =
        new HostProcess(lastTicket.incrementAndGet(), pid, pidfd, startTicks, executable);
    watched.put(process.ticket(), process);
    try {
      watch(pidfd, process.ticket());
      return process;
    } catch (LastErrorException e) {
      watched.remove(process.ticket());
      throw e;
    }
  }

  /** Stops watching {@code process}. It continues to run, and its end is not noticed. */
  public void forget(HostProcess process) {
    if (watched.remove(process.ticket(), process)) {
      unwatch(process.pidfd());
      process.letGo();
    }
  }

  /** A child that has ended has no /proc/PID/exe any more. */
  private static Path executable(Program program, int pid) throws IOException {
    Path link = PROC.resolve(pid + "/exe");
    try {
      return Files.readSymbolicLink(link);
    } catch (IOException e) {
      return program.executable().toRealPath();
    }
  }

  private void watch(int fd, long ticket) {
    Memory event = new Memory(EVENT_BYTES);
    event.setInt(0, LibC.EPOLLIN);
    event.setLong(4, ticket);
    LibC.epoll_ctl(epoll, LibC.EPOLL_CTL_ADD, fd, event);
  }

  /**
   * Closing alone is not enough: a child between fork and exec may still hold the file open, and
   * its event would carry a number that belongs to another process by then.
   */
  private void unwatch(int fd) {
    LibC.epoll_ctl(epoll, LibC.EPOLL_CTL_DEL, fd, new Memory(EVENT_BYTES));
  }

  private void run() {
    Memory events = new Memory((long) EVENT_BYTES * BATCH);
    boolean running = true;
    while (running) {
      int count = await(events);
      for (int i = 0; i < count; i++) {
        long ticket = events.getLong((long) i * EVENT_BYTES + 4);
        running &= ticket != STOP;
        ended(watched.remove(ticket));
      }
    }
    watched.values().forEach(this::forget);
    LibC.close(stop);
    LibC.close(epoll);
  }

  private int await(Memory events) {
    try {
      return LibC.epoll_wait(epoll, events, BATCH, -1);
    } catch (LastErrorException e) {
      if (e.getErrorCode() == LibC.EINTR) {
        return 0;
      }
      throw Errno.failure("cannot wait for the end of processes", e);
    }
  }

  private void ended(@Nullable HostProcess process) {
    if (process == null) {
      return;
    }
    try {
      unwatch(process.pidfd());
      process.reap();
    } catch (RuntimeException e) {
      LOG.error("the end of process {} could not be handled", process.pid(), e);
    }
  }

  @Override
  public void close() {
    LibC.eventfd_write(stop, 1);
    try {
      watcher.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
