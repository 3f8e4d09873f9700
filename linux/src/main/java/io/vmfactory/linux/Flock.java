package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import io.vmfactory.configs.time.Deadline;
import java.io.Closeable;
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
 * A lock on a file or directory by flock(2), see {@link PathLock#shared}. The kernel releases it
 * when the process ends for any reason. Unlike a lock of java.nio it belongs to the open file, not
 * to the process, so threads of one process exclude each other, too. Thread-safe.
 */
final class Flock implements Closeable {
  private final int fd;
  private final AtomicBoolean waiting = new AtomicBoolean();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final AtomicBoolean released = new AtomicBoolean();

  private Flock(int fd) {
    this.fd = fd;
  }

  static Optional<Flock> shared(Path path) throws IOException {
    return taken(path, lock -> lock.take(LibC.LOCK_SH));
  }

  static Optional<Flock> tryExclusive(Path path) throws IOException {
    return taken(path, lock -> lock.take(LibC.LOCK_EX | LibC.LOCK_NB));
  }

  static Optional<Flock> exclusive(Path path, Deadline deadline) throws IOException {
    return taken(path, lock -> lock.take(path, deadline));
  }

  private static Optional<Flock> taken(Path path, Consumer<Flock> take) throws IOException {
    return taken(path, LibC::openFile, take, lock -> lock.isOf(path));
  }

  /** Does not check the path again: the lock belongs to the directory, even if it is renamed. */
  static Optional<Flock> tryDirectory(Path directory) throws IOException {
    Consumer<Flock> take = lock -> lock.take(LibC.LOCK_EX | LibC.LOCK_NB);
    return taken(directory, LibC::openDirectory, take, lock -> true);
  }

  /** Opens a path. */
  private interface Opening {
    int open(Path path) throws IOException;
  }

  /** Decides whether the locked file is the wanted one. */
  private interface Check {
    boolean passes(Flock lock) throws IOException;
  }

  private static Optional<Flock> taken(
      Path path, Opening opening, Consumer<Flock> take, Check check) throws IOException {
    Flock lock;
    try {
      lock = new Flock(opening.open(path));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    boolean keep = false;
    try {
      take.accept(lock);
      keep = check.passes(lock);
      return keep ? Optional.of(lock) : Optional.empty();
    } catch (LastErrorException e) {
      if (e.getErrorCode() == LibC.EAGAIN) {
        return Optional.empty();
      }
      throw Errno.onFile(path, e);
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

  /** Waits in a separate thread, because flock(2) has no timeout. */
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
    deadline.await(taken, "the lock on " + path);
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

  /** Releases the lock. If a thread still waits for it, that thread closes the descriptor. */
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
