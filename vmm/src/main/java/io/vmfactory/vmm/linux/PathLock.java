package io.vmfactory.vmm.linux;

import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The right to something, against all threads and processes that ask for it in this way: an fcntl
 * lock on a file, which is made when it is not there. It ends with {@link #close} or with the
 * process.
 */
public final class PathLock implements AutoCloseable {
  /**
   * The files that this process has locked or waits for. An fcntl lock does not exclude its own
   * process, and closing any other channel on its file gives it up; so no file is opened twice.
   */
  private static final Set<Path> OURS = new HashSet<>();

  private final Path file;
  private final FileChannel channel;

  private PathLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Takes it, unless somebody has it.
   *
   * @throws IOException when the file cannot be opened or locked
   */
  public static Optional<PathLock> tryLock(Path file) throws IOException {
    synchronized (OURS) {
      if (!OURS.add(file)) {
        return Optional.empty();
      }
    }
    PathLock lock = open(file);
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

  /**
   * Takes one of several, however long others have them. Of those that this process has, the first
   * to be given up; else it waits for one that another process has.
   *
   * @param what the thing waited for, as it reads after "waiting for "
   * @throws IOException when the file cannot be opened or locked
   */
  public static PathLock lock(List<Path> files, String what, Deadline deadline) throws IOException {
    PathLock lock = open(awaitOurs(files, what, deadline));
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

  /** Waits until no other thread of this process has, or waits for, one of the files. */
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

  /** The file. */
  public Path file() {
    return file;
  }

  /** Completes when the lock is ours; closing the channel ends the wait. */
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

  private static PathLock open(Path file) throws IOException {
    try {
      OwnerOnly.create(file);
      return new PathLock(file, FileChannel.open(file, StandardOpenOption.WRITE));
    } catch (IOException e) {
      forget(file);
      throw e;
    }
  }

  private static void forget(Path file) {
    synchronized (OURS) {
      OURS.remove(file);
      OURS.notifyAll();
    }
  }

  /** Gives it up; the file stays. */
  @Override
  public void close() {
    if (!channel.isOpen()) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the lock " + file, e);
    } finally {
      forget(file);
    }
  }
}
