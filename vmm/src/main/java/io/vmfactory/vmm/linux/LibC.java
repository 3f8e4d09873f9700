package io.vmfactory.vmm.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Pointer;

/**
 * The C library's functions this room needs, x86-64 glibc 2.34 and newer. A function that sets
 * errno throws {@link LastErrorException}; the posix_spawn family returns its error instead.
 */
final class LibC {
  static final int MFD_CLOEXEC = 0x1;
  static final int MFD_ALLOW_SEALING = 0x2;
  static final int F_ADD_SEALS = 1033;
  static final int F_SEAL_ALL = 0x1 | 0x2 | 0x4 | 0x8; // SEAL, SHRINK, GROW, WRITE
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;
  static final int ENXIO = 6;
  static final int ESRCH = 3;

  static {
    Native.register(LibC.class, "c");
  }

  private LibC() {}

  static native int memfd_create(String name, int flags) throws LastErrorException;

  static native int ftruncate(int fd, long length) throws LastErrorException;

  static native int fcntl(int fd, int command, int argument) throws LastErrorException;

  static native long lseek(int fd, long offset, int whence) throws LastErrorException;

  static native int close(int fd) throws LastErrorException;

  static native int socket(int domain, int type, int protocol) throws LastErrorException;

  static native int bind(int fd, Pointer address, int length) throws LastErrorException;

  static native int listen(int fd, int backlog) throws LastErrorException;

  static native int fchmod(int fd, int mode) throws LastErrorException;
}
