package io.vmfactory.factory.boot;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.linux.OwnFile;
import io.vmfactory.linux.PathLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The lock that says which daemon is alive in a run_dir: {@code factory.lock}. The daemon holds the
 * lock (fcntl) as long as it lives, and the file contains its pid. A file left by a dead daemon is
 * not locked.
 */
final class DaemonLock implements AutoCloseable {
  /** Many times the length of a pid. */
  private static final int MOST_BYTES = 64;

  private final Path path;
  private final PathLock lock;

  private DaemonLock(Path path, PathLock lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Takes the lock.
   *
   * @throws StartException if a living daemon has it; names its pid
   */
  static DaemonLock take(Path runDir) {
    Path path = runDir.resolve("factory.lock");
    try {
      DaemonLock lock = attempt(path);
      while (lock == null) {
        lock = attempt(path);
      }
      return lock;
    } catch (IOException e) {
      throw new StartException("cannot take the lock " + path + ": " + ErrorText.of(e), e);
    }
  }

  /** Returns null if a daemon that ended removed the file between opening and locking it. */
  private static @Nullable DaemonLock attempt(Path path) throws IOException {
    String own = Long.toString(ProcessHandle.current().pid());
    Optional<PathLock> lock = PathLock.tryLock(path, own);
    if (lock.isEmpty()) {
      throw new StartException(
          "a daemon (pid %s) is running in %s; stop it first, or use another run_dir"
              .formatted(read(path), path.getParent()),
          null);
    }
    if (isOpen(path)) {
      return new DaemonLock(path, lock.get());
    }
    lock.get().close();
    return null;
  }

  /**
   * Whether the file that this process has open is the one at {@code path} now, and not an earlier
   * one. Compares inodes with stat(2) only: opening and closing the file again would drop the lock,
   * see fcntl(2).
   */
  static boolean isOpen(Path path) throws IOException {
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        if (isSame(descriptor, path)) {
          return true;
        }
      }
      return false;
    }
  }

  private static boolean isSame(Path descriptor, Path path) throws IOException {
    try {
      return Files.isSameFile(descriptor, path);
    } catch (NoSuchFileException e) {
      return false; // The file is gone, or the descriptor is closed.
    }
  }

  private static String read(Path path) throws IOException {
    try {
      return new String(OwnFile.read(path, MOST_BYTES), StandardCharsets.US_ASCII).trim();
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /** Removes the file, then releases the lock. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(path);
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot release the lock " + path, e);
    }
  }
}
