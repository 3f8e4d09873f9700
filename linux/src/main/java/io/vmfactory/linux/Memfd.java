package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import io.vmfactory.linux.OsException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicBoolean;

/** A memfd. Children and seeks use the descriptor; the channel is a second opening of the file. */
final class Memfd implements MemoryFile {
  /** The kernel waits 0.15 s in each try until no one else reads the pages. */
  private static final int SEAL_TRIES = 40;

  private final String name;
  private final int fd;
  private final long size;
  private final FileChannel channel;
  private final AtomicBoolean closed = new AtomicBoolean();

  Memfd(String name, int fd, long size, FileChannel channel) {
    this.name = name;
    this.fd = fd;
    this.size = size;
    this.channel = channel;
  }

  @Override
  public int descriptor() {
    if (closed.get()) {
      throw new IllegalStateException(this + " is closed");
    }
    return fd;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(long offset, ByteBuffer into) {
    inside(offset, into.remaining());
    try {
      for (long at = offset; into.hasRemaining(); ) {
        at += channel.read(into, at);
      }
    } catch (IOException e) {
      throw new OsException(Kind.REFUSED, "cannot read " + this, e);
    }
  }

  @Override
  public void write(long offset, ByteBuffer from) {
    inside(offset, from.remaining());
    try {
      for (long at = offset; from.hasRemaining(); ) {
        at += channel.write(from, at);
      }
    } catch (IOException e) {
      throw new OsException(Kind.REFUSED, "cannot write " + this + ": " + e.getMessage(), e);
    }
  }

  private void inside(long offset, int length) {
    if (offset < 0 || offset + length > size) {
      throw new IndexOutOfBoundsException(
          "%d bytes at %d are not inside %s of %d bytes".formatted(length, offset, this, size));
    }
  }

  @Override
  public long nextData(long offset) {
    return seek(offset, LibC.SEEK_DATA);
  }

  @Override
  public long nextHole(long offset) {
    return seek(offset, LibC.SEEK_HOLE);
  }

  private long seek(long offset, int whence) {
    try {
      return LibC.lseek(descriptor(), offset, whence);
    } catch (LastErrorException e) {
      if (e.getErrorCode() == LibC.ENXIO) {
        return -1;
      }
      throw Errno.failure("cannot seek in " + this, e);
    }
  }

  @Override
  public void seal() {
    boolean done = false;
    for (int left = SEAL_TRIES - 1; !done; left--) {
      done = sealed(left > 0);
    }
  }

  /** Returns false if pages are in use for a moment, such as by a read of another process. */
  private boolean sealed(boolean again) {
    try {
      LibC.fcntl(descriptor(), LibC.F_ADD_SEALS, LibC.F_SEAL_ALL);
      return true;
    } catch (LastErrorException e) {
      if (again && e.getErrorCode() == LibC.EBUSY) {
        return false;
      }
      throw Errno.failure("cannot seal " + this, e);
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      LibC.close(fd);
      try {
        channel.close();
      } catch (IOException e) {
        throw new OsException(Kind.REFUSED, "cannot close " + this, e);
      }
    }
  }

  @Override
  public String toString() {
    return "memory file " + name;
  }
}
