package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import io.vmfactory.linux.OsException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A growing memfd that passes bytes to a child that inherited it. */
public final class StateFile implements AutoCloseable {
  private final Descriptor file;

  private StateFile(Descriptor file) {
    this.file = file;
  }

  /** Makes an empty file. */
  public static StateFile create(String name) {
    try {
      return new StateFile(new Descriptor(LibC.memfd_create(name, LibC.MFD_CLOEXEC)));
    } catch (LastErrorException e) {
      throw Errno.failure("cannot create memory file " + name, e);
    }
  }

  /** Returns the descriptor in this process. */
  public int descriptor() {
    return file.number();
  }

  /**
   * Opens the file for writing only, to pass it to a process that runs already. The caller closes
   * it.
   */
  public Descriptor writer() {
    return file.writer();
  }

  /**
   * Replaces the content by {@code bytes}; a child that shares the file reads them from the start.
   */
  public void put(byte[] bytes) {
    try {
      Files.write(path(), bytes, StandardOpenOption.WRITE); // an interruption does not disturb it
    } catch (IOException e) {
      throw new OsException(
          Kind.SHORTAGE, "cannot hold %d bytes in memory".formatted(bytes.length), e);
    }
  }

  /** Returns what a child or this process has written. */
  public byte[] content() {
    try {
      return Files.readAllBytes(path());
    } catch (IOException e) {
      throw new OsException(Kind.REFUSED, "cannot read back from memory", e);
    }
  }

  private Path path() {
    return file.path();
  }

  @Override
  public void close() {
    file.close();
  }
}
