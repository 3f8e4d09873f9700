package io.vmfactory.template.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import java.io.IOException;

/** The C library's functions this package needs, x86-64 glibc 2.28 and newer. */
final class LibC {
  static final int AT_FDCWD = -100;
  static final int O_DIRECTORY_CLOEXEC = 0x10000 | 0x80000; // O_RDONLY is 0
  static final int O_CLOEXEC = 0x80000;
  static final int RENAME_EXCHANGE = 2;
  static final int LOCK_EX_NB = 2 | 4;
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;
  static final int ENOENT = 2;
  static final int ENXIO = 6;
  static final int EAGAIN = 11;
  static final int ENOTDIR = 20;
  static final int EINVAL = 22;

  static {
    Native.register(LibC.class, "c");
  }

  private LibC() {}

  static native int open(String path, int flags) throws LastErrorException;

  static native int close(int fd) throws LastErrorException;

  static native int flock(int fd, int operation) throws LastErrorException;

  static native long lseek(int fd, long offset, int whence) throws LastErrorException;

  static native int renameat2(int fromDir, String from, int toDir, String to, int flags)
      throws LastErrorException;

  static IOException failure(String what, LastErrorException e) {
    return new IOException("%s: errno %d".formatted(what, e.getErrorCode()), e);
  }
}
