package io.vmfactory.linux;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** An fcntl(2) lock on a file of its own, mode 0600, see {@link PathLock#tryLock}. */
final class LockFile implements Closeable {
  /**
   * The files that this process has locked or waits for. An fcntl lock does not exclude its own
   * process, and closing any other channel of the file releases it, so no file is opened twice.
   */
  private static final Set<Path> OURS = new HashSet<>();

  private final Path file;
  private final OpenedFile opened;
  private final FileChannel channel;

  private LockFile(Path file, OpenedFile opened, FileChannel channel) {
    this.file = file;
    this.opened = opened;
    this.channel = channel;
  }

  static Optional<LockFile> tryLock(Path file) throws IOException {
    synchronized (OURS) {
      if (!OURS.add(file)) {
        return Optional.empty();
      }
    }
    LockFile lock = open(file);
    try {
      if (lock.channel.tryLock() != null) {
        return Optional.of(lock);
      }
      lock.close();
      return Optional.empty();
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  static LockFile lock(List<Path> files, String what, Deadline deadline) throws IOException {
    LockFile lock = open(awaitOurs(files, what, deadline));
    try {
      deadline.await(lock.locked(), what);
      return lock;
    } catch (UncheckedIOException e) {
      lock.close();
      throw e.getCause();
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** Waits until no other thread of this process holds one of the files or waits for it. */
  private static Path awaitOurs(List<Path> files, String what, Deadline deadline) {
    synchronized (OURS) {
      while (true) {
        for (Path file : files) {
          if (OURS.add(file)) {
            return file;
          }
        }
        if (deadline.passed()) {
          throw deadline.exceeded(what);
        }
        try {
          TimeUnit.NANOSECONDS.timedWait(OURS, deadline.remaining().toNanos());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new CancelledException("cancelled while waiting for " + what, e);
        }
      }
    }
  }

  /** Returns the file. */
  Path file() {
    return file;
  }

  /**
   * Replaces the file's content; releases the lock if that fails.
   *
   * @throws IOException also if the file is not of this user alone
   */
  void write(byte[] content) throws IOException {
    try {
      if (!opened.mayBeOverwritten()) {
        throw new IOException(file + " is not a file of this user alone; remove it");
      }
      channel.truncate(0).write(ByteBuffer.wrap(content), 0);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** Completes when this process has the lock. Closing the channel ends the wait. */
  private CompletableFuture<Void> locked() {
    CompletableFuture<Void> locked = new CompletableFuture<>();
    Thread waiter =
        new Thread(
            () -> {
              try {
                channel.lock();
                locked.complete(null);
              } catch (IOException e) {
                locked.completeExceptionally(new UncheckedIOException(e));
              }
            },
            "path-lock");
    waiter.setDaemon(true);
    waiter.start();
    return locked;
  }

  private static LockFile open(Path file) throws IOException {
    try {
      return opened(file);
    } catch (IOException | RuntimeException e) {
      forget(file);
      throw e;
    }
  }

  /** Opens the file in one step, because a holder that ends may remove it at any time. */
  private static LockFile opened(Path file) throws IOException {
    // Closed before the lock is taken: closing it afterwards would release the lock.
    try (Descriptor held = new Descriptor(OwnerOnly.plain(file, LibC.O_RDWR | LibC.O_CREAT))) {
      OpenedFile found = OpenedFile.of(held.number());
      if (!found.isRegular()) {
        throw new IOException(file + " is not a regular file; remove it");
      }
      Path same = Path.of("/proc/self/fd/" + held.number());
      return new LockFile(file, found, FileChannel.open(same, StandardOpenOption.WRITE));
    }
  }

  private static void forget(Path file) {
    synchronized (OURS) {
      OURS.remove(file);
      OURS.notifyAll();
    }
  }

  /** Releases the lock. The file stays. */
  @Override
  public void close() throws IOException {
    if (!channel.isOpen()) {
      return;
    }
    try {
      channel.close();
    } finally {
      forget(file);
    }
  }
}
