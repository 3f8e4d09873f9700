package io.vmfactory.template.linux;

import com.sun.jna.LastErrorException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * An exclusive flock(2) on a directory: it says that a living process works in there. The kernel
 * drops it when that process ends, however it ends; renaming the directory keeps it. Unlike a lock
 * of java.nio it belongs to the opening, not to the process, so that a look by the holder's own
 * process cannot undo it.
 */
public final class DirectoryLock implements AutoCloseable {
  private final int fd;

  private DirectoryLock(int fd) {
    this.fd = fd;
  }

  /**
   * Takes the lock without waiting; empty when somebody else has it or the directory is not there.
   */
  public static Optional<DirectoryLock> tryLock(Path directory) throws IOException {
    int fd;
    try {
      fd = LibC.open(directory.toString(), LibC.O_DIRECTORY_CLOEXEC);
    } catch (LastErrorException e) {
      return emptyOn(Set.of(LibC.ENOENT, LibC.ENOTDIR), "cannot open " + directory, e);
    }
    try {
      LibC.flock(fd, LibC.LOCK_EX_NB);
      return Optional.of(new DirectoryLock(fd));
    } catch (LastErrorException e) {
      LibC.close(fd);
      return emptyOn(Set.of(LibC.EAGAIN), "cannot lock " + directory, e);
    }
  }

  private static Optional<DirectoryLock> emptyOn(
      Set<Integer> errnos, String what, LastErrorException e) throws IOException {
    if (errnos.contains(e.getErrorCode())) {
      return Optional.empty();
    }
    throw LibC.failure(what, e);
  }

  @Override
  public void close() {
    LibC.close(fd);
  }
}
