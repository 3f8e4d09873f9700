package io.vmfactory.linux;

import io.vmfactory.configs.time.Deadline;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The right to a path, against all threads and processes that ask for it in the same way. It ends
 * with {@link #close} or with the process, however that ends. There are two ways to ask.
 *
 * <p>{@link #tryLock} and {@link #lock} lock a file that stands for something else and is made when
 * it is not there. The lock is an fcntl(2) lock: no child inherits it, and a caller can give up the
 * wait for it.
 *
 * <p>{@link #shared}, {@link #exclusive}, {@link #tryExclusive} and {@link #tryDirectory} lock the
 * file or directory itself, which must exist. The lock is an flock(2) lock: it needs no right to
 * write, works on directories, stays when the directory is renamed, and does not meet the record
 * locks that QEMU holds on images.
 */
public final class PathLock implements AutoCloseable {
  private final Path file;
  private final Closeable grip;

  private PathLock(Path file, Closeable grip) {
    this.file = file;
    this.grip = grip;
  }

  /**
   * Takes the lock file without waiting; empty when another thread or process has it.
   *
   * @throws IOException when the file cannot be opened or locked
   */
  public static Optional<PathLock> tryLock(Path file) throws IOException {
    return LockFile.tryLock(file).map(held -> new PathLock(file, held));
  }

  /**
   * Takes the lock file without waiting and makes {@code content} what it says.
   *
   * @throws IOException when the file cannot be opened, locked or written
   */
  public static Optional<PathLock> tryLock(Path file, String content) throws IOException {
    Optional<LockFile> held = LockFile.tryLock(file);
    if (held.isPresent()) {
      held.get().write(content.getBytes(StandardCharsets.US_ASCII));
    }
    return held.map(lock -> new PathLock(file, lock));
  }

  /**
   * Takes one of several lock files, and waits while others have them all. Of those that this
   * process has, takes the first to be given up; else waits for one that another process has.
   *
   * @param what the thing waited for, as it reads after "waiting for "
   * @throws IOException when the file cannot be opened or locked
   */
  public static PathLock lock(List<Path> files, String what, Deadline deadline) throws IOException {
    LockFile held = LockFile.lock(files, what, deadline);
    return new PathLock(held.file(), held);
  }

  /**
   * Takes a shared lock on an existing file or directory, and waits while an exclusive one is held.
   * Returns empty when the path names nothing, or names something else once the lock is taken.
   */
  public static Optional<PathLock> shared(Path path) throws IOException {
    return Flock.shared(path).map(held -> new PathLock(path, held));
  }

  /**
   * As {@link #shared}, with an exclusive lock and without waiting. Returns empty also when anyone
   * else has a lock.
   */
  public static Optional<PathLock> tryExclusive(Path path) throws IOException {
    return Flock.tryExclusive(path).map(held -> new PathLock(path, held));
  }

  /** As {@link #shared}, with an exclusive lock; waits until the deadline. */
  public static Optional<PathLock> exclusive(Path path, Deadline deadline) throws IOException {
    return Flock.exclusive(path, deadline).map(held -> new PathLock(path, held));
  }

  /**
   * Takes an exclusive lock on a directory without waiting. Returns empty when anyone else has it,
   * or the path names no directory.
   */
  public static Optional<PathLock> tryDirectory(Path directory) throws IOException {
    return Flock.tryDirectory(directory).map(held -> new PathLock(directory, held));
  }

  /** The path that was locked. */
  public Path file() {
    return file;
  }

  /** Gives up the lock; what was locked stays. */
  @Override
  public void close() {
    try {
      grip.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the lock " + file, e);
    }
  }
}
