package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import java.nio.file.Path;
import java.util.Set;

/**
 * An open file of this process that can be passed to another process. Closing it twice has no
 * effect.
 */
public final class Descriptor implements AutoCloseable {
  /** struct statfs; its first field is the file system's type. */
  private static final int STATFS_BYTES = 120;

  /** tmpfs, ramfs and hugetlbfs. */
  private static final Set<Long> IN_MEMORY = Set.of(0x01021994L, 0x858458f6L, 0x958458f6L);

  private final int number;
  private boolean open = true;

  Descriptor(int number) {
    this.number = number;
  }

  /** Returns its number in this process. */
  public int number() {
    return number;
  }

  /** Returns a path that leads to the open file while it is open, in this process only. */
  Path path() {
    return Path.of("/proc/self/fd/" + number);
  }

  /**
   * Opens the file once more, for reading only. The caller closes it.
   *
   * @throws OsException when the kernel refuses
   */
  public Descriptor reader() {
    return again(LibC.O_RDONLY);
  }

  /**
   * Opens the file once more, for writing only. The caller closes it.
   *
   * @throws OsException when the kernel refuses
   */
  Descriptor writer() {
    return again(LibC.O_WRONLY);
  }

  /**
   * Returns whether the file lies in memory and not on a disk: what is written to it takes the
   * host's memory until the file is gone.
   *
   * @throws OsException when the kernel refuses
   */
  public boolean isInMemory() {
    try (Memory status = new Memory(STATFS_BYTES)) {
      LibC.fstatfs(number, status);
      return IN_MEMORY.contains(status.getLong(0));
    } catch (LastErrorException e) {
      throw Errno.failure("cannot find out what file system a file is on", e);
    }
  }

  private Descriptor again(int access) {
    try {
      return new Descriptor(LibC.open(path().toString(), access | LibC.O_CLOEXEC));
    } catch (LastErrorException e) {
      throw Errno.failure("cannot open a file once more", e);
    }
  }

  /** Returns another descriptor of the same open file. */
  Descriptor copy() {
    try {
      return new Descriptor(LibC.fcntl(number, LibC.F_DUPFD_CLOEXEC, 0));
    } catch (LastErrorException e) {
      throw Errno.failure("cannot pass an open file to another process", e);
    }
  }

  @Override
  public synchronized void close() {
    if (open) {
      open = false;
      LibC.close(number);
    }
  }
}
