package io.vmfactory.images.linux;

import com.sun.jna.LastErrorException;
import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * An flock(2) on a file or directory. The kernel drops it when the process ends, however it ends.
 * Unlike a lock of java.nio it belongs to the opening, not to the process: threads of one process
 * exclude each other as processes do. Thread-safe.
 */
public final class Flock implements AutoCloseable {
  private final int fd;
  private final AtomicBoolean waiting = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicBoolean released = new AtomicBoolean();

  private Flock(int fd) {
    this.fd = fd;
  }

  /**
   * Takes a shared lock, waiting for whoever has an exclusive one; empty when the path names
   * nothing, or something else when the lock is there.
   */
  public static Optional<Flock> shared(Path path) throws IOException {
    return taken(path, lock -> lock.take(LibC.LOCK_SH));
  }

  /** The same with an exclusive lock and without waiting; empty also when somebody has one. */
  public static Optional<Flock> tryExclusive(Path path) throws IOException {
    return taken(path, lock -> lock.take(LibC.LOCK_EX | LibC.LOCK_NB));
  }

  /** The same with an exclusive lock, waiting until the deadline. */
  public static Optional<Flock> exclusive(Path path, Deadline deadline) throws IOException {
    return taken(path, lock -> lock.take(path, deadline));
  }

  private static Optional<Flock> taken(Path path, Consumer<Flock> take) throws IOException {
    Flock lock;
    try {
      lock = new Flock(LibC.open(path));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    boolean keep = false;
    try {
      take.accept(lock);
      keep = lock.isOf(path);
      return keep ? Optional.of(lock) : Optional.empty();
    } catch (LastErrorException e) {
      if (e.getErrorCode() == LibC.EAGAIN) {
        return Optional.empty();
      }
      throw LibC.failure(path, e);
    } finally {
      if (!keep) {
        lock.close();
      }
    }
  }

  private void take(int operation) {
    while (true) {
      try {
        LibC.flock(fd, operation);
        return;
      } catch (LastErrorException e) {
        if (e.getErrorCode() != LibC.EINTR) {
          throw e;
        }
      }
    }
  }

  /** flock(2) knows no time limit: a thread of its own waits. */
  private void take(Path path, Deadline deadline) {
    try {
      take(LibC.LOCK_EX | LibC.LOCK_NB);
      return;
    } catch (LastErrorException e) {
      if (e.getErrorCode() != LibC.EAGAIN) {
        throw e;
      }
    }
    waiting.set(true);
    CompletableFuture<Void> taken = new CompletableFuture<>();
    Thread waiter = new Thread(() -> waitFor(taken), "flock " + path.getFileName());
    waiter.setDaemon(true);
    waiter.start();
    deadline.await(taken, "whoever works on " + path);
  }

  private void waitFor(CompletableFuture<Void> taken) {
    try {
      take(LibC.LOCK_EX);
      taken.complete(null);
    } catch (LastErrorException e) {
      taken.completeExceptionally(e);
    }
    waiting.set(false);
    if (closed.get()) {
      release();
    }
  }

  private boolean isOf(Path path) throws IOException {
    try {
      return Objects.equals(
          Files.getAttribute(Path.of("/proc/self/fd/" + fd), "fileKey"),
          Files.getAttribute(path, "fileKey"));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Lets go of the lock. While a thread waits for it, the descriptor is that thread's to close. */
  @Override
  public void close() {
    closed.set(true);
    if (!waiting.get()) {
      release();
    }
  }

  private void release() {
    if (released.compareAndSet(false, true)) {
      LibC.close(fd);
    }
  }
}
