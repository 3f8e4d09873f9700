package io.vmfactory.images.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The C library's functions this package needs, x86-64 glibc 2.28 and newer. */
final class LibC {
  static final int O_CLOEXEC = 0x80000; // O_RDONLY is 0
  static final int O_NONBLOCK = 0x800;
  static final int O_NOFOLLOW = 0x20000;
  static final int LOCK_SH = 1;
  static final int LOCK_EX = 2;
  static final int LOCK_NB = 4;
  static final int F_OFD_GETLK = 36;
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;
  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int ENXIO = 6;
  static final int EAGAIN = 11;
  static final int EACCES = 13;
  static final int ENOTDIR = 20;
  static final int EOPNOTSUPP = 95;

  static {
    Native.register(LibC.class, "c");
  }

  private LibC() {}

  static native int open(byte[] path, int flags) throws LastErrorException;

  static native int close(int fd) throws LastErrorException;

  static native int flock(int fd, int operation) throws LastErrorException;

  static native int fcntl(int fd, int command, Pointer argument) throws LastErrorException;

  static native long lseek(int fd, long offset, int whence) throws LastErrorException;

  static native long readlink(byte[] path, byte[] target, long size) throws LastErrorException;

  static native long llistxattr(byte[] path, byte @Nullable [] list, long size)
      throws LastErrorException;

  static native long lgetxattr(byte[] path, byte[] name, byte @Nullable [] value, long size)
      throws LastErrorException;

  /** A descriptor for reading that is neither inherited nor waits for a pipe's other end. */
  static int open(Path path) throws IOException {
    try {
      return open(RawPath.terminated(path), O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    } catch (LastErrorException e) {
      throw failure(path, e);
    }
  }

  static IOException failure(Path path, LastErrorException e) {
    return switch (e.getErrorCode()) {
      case ENOENT, ENOTDIR -> new NoSuchFileException(path.toString());
      case EACCES -> new AccessDeniedException(path.toString());
      default -> new IOException("%s: errno %d".formatted(path, e.getErrorCode()), e);
    };
  }
}
