package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The C library's functions that this room calls; x86-64, glibc 2.34 or newer. A function that sets
 * errno throws {@link LastErrorException}; the posix_spawn family returns its error instead.
 */
final class LibC {
  static final int MFD_CLOEXEC = 0x1;
  static final int MFD_ALLOW_SEALING = 0x2;
  static final int LOCK_SH = 1;
  static final int LOCK_EX = 2;
  static final int LOCK_NB = 4;
  static final int F_OFD_GETLK = 36;
  static final int F_ADD_SEALS = 1033;
  static final int F_SEAL_ALL = 0x1 | 0x2 | 0x4 | 0x8; // SEAL, SHRINK, GROW, WRITE
  static final int FALLOC_PUNCH_HOLE_KEEP_SIZE = 0x2 | 0x1;
  static final int SEEK_SET = 0;
  static final int SEEK_DATA = 3;
  static final int SEEK_HOLE = 4;
  static final int AF_UNIX = 1;
  static final int AF_NETLINK = 16;
  static final int SOCK_STREAM_CLOEXEC = 1 | 0x80000;
  static final int SOCK_NONBLOCK = 0x800;
  static final int MSG_DONTWAIT = 0x40;
  static final int MSG_NOSIGNAL = 0x4000;
  static final int SOL_SOCKET = 1;
  static final int SCM_RIGHTS = 1;
  static final int F_DUPFD_CLOEXEC = 1030;
  static final int SHUT_RDWR = 2;
  static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
  static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
  static final int MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;
  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_RDWR = 2;
  static final int O_CREAT = 0x40;
  static final int O_EXCL = 0x80;
  static final int O_APPEND = 0x400;
  static final int O_CLOEXEC = 0x80000;
  static final int O_NONBLOCK = 0x800;
  static final int O_NOFOLLOW = 0x20000;
  static final int O_DIRECTORY = 0x10000;
  static final int O_PATH = 0x200000;
  static final int SPAWN_SETSIGDEF = 0x04;
  static final int SPAWN_SETSIGMASK = 0x08;
  static final int SPAWN_SETSID = 0x80;
  static final int PR_SET_THP_DISABLE = 41;
  static final int PR_GET_THP_DISABLE = 42;
  static final int PR_CAP_AMBIENT = 47;
  static final int PR_CAP_AMBIENT_CLEAR_ALL = 4;
  static final int WNOHANG = 1;
  static final int AT_FDCWD = -100;
  static final int RENAME_EXCHANGE = 2;
  static final int EPOLL_CLOEXEC = 0x80000;
  static final int EPOLL_CTL_ADD = 1;
  static final int EPOLL_CTL_DEL = 2;
  static final int EPOLL_CTL_MOD = 3;
  static final int EPOLLIN = 1;
  static final int EPOLLOUT = 4;
  static final short POLLIN = 1;
  static final int EFD_CLOEXEC = 0x80000;
  static final int EFD_NONBLOCK = 0x800;
  static final long SYS_GETDENTS64 = 217;
  static final long SYS_PIDFD_SEND_SIGNAL = 424;
  static final long SYS_PIDFD_OPEN = 434;
  static final int CLONE_NEWNET = 0x40000000;
  static final int EPERM = 1;
  static final int ENOENT = 2;
  static final int ESRCH = 3;
  static final int EINTR = 4;
  static final int ENXIO = 6;
  static final int ECHILD = 10;
  static final int EAGAIN = 11;
  static final int EACCES = 13;
  static final int EBUSY = 16;
  static final int EEXIST = 17;
  static final int ENODEV = 19;
  static final int EPIPE = 32;
  static final int ECONNRESET = 104;
  static final int ENOTDIR = 20;
  static final int EINVAL = 22;
  static final int EOPNOTSUPP = 95;
  static final int ELOOP = 40;
  static final int ERANGE = 34;
  static final int ENODATA = 61;
  static final int SO_PEERCRED = 17;
  static final int SO_PEERGROUPS = 59;

  static {
    Native.register(LibC.class, "c");
  }

  private LibC() {}

  static native int open(String path, int flags) throws LastErrorException;

  static native int open(byte[] path, int flags) throws LastErrorException;

  static native int open(byte[] path, int flags, int mode) throws LastErrorException;

  static native int fstat(int fd, Pointer status) throws LastErrorException;

  static native int fallocate(int fd, int mode, long offset, long length) throws LastErrorException;

  static native int fsync(int fd) throws LastErrorException;

  static native long write(int fd, byte[] bytes, long length) throws LastErrorException;

  static native int openat(int folder, byte[] path, int flags) throws LastErrorException;

  static native long readlinkat(int folder, byte[] path, byte[] target, long size)
      throws LastErrorException;

  static native int statx(int folder, byte[] path, int flags, int mask, Pointer answer)
      throws LastErrorException;

  static native long getxattr(byte[] path, byte[] name, byte[] value, long size)
      throws LastErrorException;

  static native int setxattr(byte[] path, byte[] name, byte[] value, long size, int flags)
      throws LastErrorException;

  static native @Nullable Pointer getgrnam(String name) throws LastErrorException;

  static native int getsockopt(int fd, int level, int name, Pointer value, IntByReference length)
      throws LastErrorException;

  static native int flock(int fd, int operation) throws LastErrorException;

  static native long readlink(byte[] path, byte[] target, long size) throws LastErrorException;

  static native long llistxattr(byte[] path, byte @Nullable [] list, long size)
      throws LastErrorException;

  static native long lgetxattr(byte[] path, byte[] name, byte @Nullable [] value, long size)
      throws LastErrorException;

  static native int memfd_create(String name, int flags) throws LastErrorException;

  static native int lstat(byte[] path, Pointer status) throws LastErrorException;

  static native int ftruncate(int fd, long length) throws LastErrorException;

  static native int ioctl(int fd, long request, @Nullable Pointer argument)
      throws LastErrorException;

  static native int statfs(byte[] path, Pointer answer) throws LastErrorException;

  static native int fstatfs(int fd, Pointer answer) throws LastErrorException;

  static native int prctl(int option, long a, long b, long c, long d) throws LastErrorException;

  static native int setns(int fd, int type) throws LastErrorException;

  static native int fcntl(int fd, int command, int argument) throws LastErrorException;

  static native int fcntl(int fd, int command, Pointer argument) throws LastErrorException;

  static native long lseek(int fd, long offset, int whence) throws LastErrorException;

  static native int close(int fd) throws LastErrorException;

  static native int socket(int domain, int type, int protocol) throws LastErrorException;

  static native int bind(int fd, Pointer address, int length) throws LastErrorException;

  static native int connect(int fd, Pointer address, int length) throws LastErrorException;

  static native long send(int fd, byte[] message, long length, int flags) throws LastErrorException;

  static native long sendmsg(int fd, Pointer message, int flags) throws LastErrorException;

  static native long read(int fd, Pointer buffer, long length) throws LastErrorException;

  static native long read(int fd, ByteBuffer buffer, long length) throws LastErrorException;

  static native int pipe2(int[] ends, int flags) throws LastErrorException;

  static native int shutdown(int fd, int how) throws LastErrorException;

  static native int poll(Pointer descriptors, long count, int millis) throws LastErrorException;

  static native long sendto(
      int fd, Pointer message, long length, int flags, @Nullable Pointer address, int addressLength)
      throws LastErrorException;

  static native long recv(int fd, Pointer buffer, long length, int flags) throws LastErrorException;

  static native long recv(int fd, ByteBuffer buffer, long length, int flags)
      throws LastErrorException;

  static native int listen(int fd, int backlog) throws LastErrorException;

  static native int renameat2(int fromDir, String from, int toDir, String to, int flags)
      throws LastErrorException;

  static native int fchmod(int fd, int mode) throws LastErrorException;

  /** For calls that only glibc 2.36 and newer wrap; all arguments are integers. */
  static native long syscall(long number, long a, long b, long c, long d) throws LastErrorException;

  static native int epoll_create1(int flags) throws LastErrorException;

  static native int epoll_ctl(int epoll, int operation, int fd, Pointer event)
      throws LastErrorException;

  static native int epoll_wait(int epoll, Pointer events, int count, int timeout)
      throws LastErrorException;

  static native int eventfd(int initial, int flags) throws LastErrorException;

  static native int eventfd_write(int fd, long value) throws LastErrorException;

  static native int eventfd_read(int fd, Pointer value) throws LastErrorException;

  static native int kill(int pid, int signal) throws LastErrorException;

  static native int waitpid(int pid, int[] status, int options) throws LastErrorException;

  static native int sigemptyset(Pointer set) throws LastErrorException;

  static native int posix_spawn(
      int[] pid, String path, Pointer actions, Pointer attributes, Pointer argv, Pointer envp);

  static native int posix_spawnattr_init(Pointer attributes);

  static native int posix_spawnattr_destroy(Pointer attributes);

  static native int posix_spawnattr_setflags(Pointer attributes, short flags);

  static native int posix_spawnattr_setsigmask(Pointer attributes, Pointer set);

  static native int posix_spawnattr_setsigdefault(Pointer attributes, Pointer set);

  static native int posix_spawn_file_actions_init(Pointer actions);

  static native int posix_spawn_file_actions_destroy(Pointer actions);

  static native int posix_spawn_file_actions_addopen(
      Pointer actions, int fd, String path, int flags, int mode);

  static native int posix_spawn_file_actions_adddup2(Pointer actions, int from, int to);

  static native int posix_spawn_file_actions_addclosefrom_np(Pointer actions, int from);

  /** Opens a file for reading. Children do not inherit the descriptor; a pipe does not block. */
  static int openFile(Path path) throws IOException {
    return open(path, O_NONBLOCK | O_NOFOLLOW, 0);
  }

  /** Opens a directory for reading. Children do not inherit the descriptor. */
  static int openDirectory(Path path) throws IOException {
    return open(path, O_DIRECTORY | O_NOFOLLOW, 0);
  }

  /**
   * Opens a file. Children do not inherit the descriptor.
   *
   * @param mode mode bits of a file that is made
   */
  static int open(Path path, int flags, int mode) throws IOException {
    try {
      return open(RawPath.terminated(path), O_CLOEXEC | flags, mode);
    } catch (LastErrorException e) {
      throw Errno.onFile(path, e);
    }
  }
}
