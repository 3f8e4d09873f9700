package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import java.nio.file.Path;

/**
 * An open file of this process that can be passed to another process. Closing it twice has no
 * effect.
 */
public final class Descriptor implements AutoCloseable {
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
