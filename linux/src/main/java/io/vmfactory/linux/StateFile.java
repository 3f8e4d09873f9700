package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import io.vmfactory.linux.OsException.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A growing memfd that passes bytes to a child that inherited it. */
public final class StateFile implements AutoCloseable {
  private final int fd;
  private boolean open = true;

  private StateFile(int fd) {
    this.fd = fd;
  }

  /** Makes an empty file. */
  public static StateFile create(String name) {
    try {
      return new StateFile(LibC.memfd_create(name, LibC.MFD_CLOEXEC));
    } catch (LastErrorException e) {
      throw Errno.failure("cannot create memory file " + name, e);
    }
  }

  /** Returns the descriptor in this process. */
  public int descriptor() {
    return fd;
  }

  /** Returns another descriptor of the file, at the same position; the caller closes it. */
  public Descriptor copy() {
    return new Descriptor(fd).copy();
  }

  /**
   * Replaces the content by {@code bytes}; a child that shares the file reads them from the start.
   */
  public void put(byte[] bytes) {
    Path path = Path.of("/proc/self/fd/" + fd);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
    } catch (IOException e) {
      throw new OsException(
          Kind.SHORTAGE, "cannot hold %d bytes in memory".formatted(bytes.length), e);
    }
  }

  /** Returns what a child or this process has written. */
  public byte[] content() {
    Path path = Path.of("/proc/self/fd/" + fd);
    try {
      return java.nio.file.Files.readAllBytes(path);
    } catch (IOException e) {
      throw new OsException(Kind.REFUSED, "cannot read back from memory", e);
    }
  }

  @Override
  public synchronized void close() {
    if (open) {
      open = false;
      LibC.close(fd);
    }
  }
}
