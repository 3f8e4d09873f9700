package io.vmfactory.linux;

import com.sun.jna.LastErrorException;

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
