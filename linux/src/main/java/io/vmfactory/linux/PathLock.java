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
 * An exclusive or shared right to a path, against all threads and processes that use this class. It
 * ends with {@link #close} or with the process, however that ends. There are two kinds.
 *
 * <p>{@link #tryLock} and {@link #lock} lock a separate lock file, which they make if it is
 * missing. The lock is an fcntl(2) lock: no child inherits it, and a caller can give up the wait
 * for it.
 *
 * <p>{@link #shared}, {@link #exclusive}, {@link #tryExclusive} and {@link #tryDirectory} lock the
 * file or directory itself, which must exist. The lock is an flock(2) lock: it needs no right to
 * write, works on directories, survives a rename of the directory, and does not conflict with the
 * record locks that QEMU holds on images.
 */
public final class PathLock implements AutoCloseable {
  private final Path file;
  private final Closeable grip;

  private PathLock(Path file, Closeable grip) {
    this.file = file;
    this.grip = grip;
  }

  /**
   * Takes the lock file without waiting. Returns empty when another thread or process has it.
   *
   * @throws IOException when the file cannot be opened or locked
   */
  public static Optional<PathLock> tryLock(Path file) throws IOException {
    return LockFile.tryLock(file).map(held -> new PathLock(file, held));
  }

  /**
   * Takes the lock file without waiting and replaces its content by {@code content}.
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
   * Takes one of several lock files; waits while all are taken. If this process holds some of them,
   * waits for the first of those to be released; else waits for one that another process holds.
   *
   * @param what the object of the wait, as the error names it after "waiting for "
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
   * Like {@link #shared}, but exclusive and without waiting. Also returns empty when another holder
   * has a lock.
   */
  public static Optional<PathLock> tryExclusive(Path path) throws IOException {
    return Flock.tryExclusive(path).map(held -> new PathLock(path, held));
  }

  /** Like {@link #shared}, but exclusive; waits until the deadline. */
  public static Optional<PathLock> exclusive(Path path, Deadline deadline) throws IOException {
    return Flock.exclusive(path, deadline).map(held -> new PathLock(path, held));
  }

  /**
   * Takes an exclusive lock on a directory without waiting. Returns empty when another holder has
   * it, or when the path names no directory.
   */
  public static Optional<PathLock> tryDirectory(Path directory) throws IOException {
    return Flock.tryDirectory(directory).map(held -> new PathLock(directory, held));
  }

  /** Returns the locked path. */
  public Path file() {
    return file;
  }

  /** Releases the lock. The file or directory stays. */
  @Override
  public void close() {
    try {
      grip.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the lock " + file, e);
    }
  }
}
