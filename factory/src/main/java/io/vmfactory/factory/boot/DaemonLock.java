package io.vmfactory.factory.boot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The lock that says which daemon is alive in a run_dir: {@code factory.lock}. The daemon holds the
 * lock (fcntl) as long as it lives, and the file contains its pid. A file left by a dead daemon is
 * not locked.
 */
final class DaemonLock implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;

  private DaemonLock(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
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
      throw new StartException("cannot take the lock " + path + ": " + FileErrors.of(e), e);
    }
  }

  /** Returns null if a daemon that ended removed the file between opening and locking it. */
  private static @Nullable DaemonLock attempt(Path path) throws IOException {
    var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    var options =
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    FileChannel channel = FileChannel.open(path, options, mode);
    if (!tryLock(channel)) {
      String holder = read(path);
      channel.close();
      throw new StartException(
          "a daemon (pid %s) is running in %s; stop it first, or use another run_dir"
              .formatted(holder, path.getParent()),
          null);
    }
    String own = Long.toString(ProcessHandle.current().pid());
    channel.truncate(0).write(ByteBuffer.wrap(own.getBytes(StandardCharsets.US_ASCII)), 0);
    if (isOpen(path)) {
      return new DaemonLock(path, channel);
    }
    channel.close();
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

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static String read(Path path) throws IOException {
    try {
      return Files.readString(path, StandardCharsets.US_ASCII).trim();
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /** Removes the file, then releases the lock. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(path);
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot release the lock " + path, e);
    }
  }
}
