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
import java.nio.file.attribute.PosixFilePermissions;
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
  private final FileChannel channel;

  private LockFile(Path file, FileChannel channel) {
    this.file = file;
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

  /** Replaces the file's content; releases the lock if that fails. */
  void write(byte[] content) throws IOException {
    try {
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
    var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try {
      // One step, because a holder that ends may remove the file at any time.
      var options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      return new LockFile(file, FileChannel.open(file, options, mode));
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
