package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.vmfactory.configs.host.HostText;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;

/**
 * Reads many files of any names with few system calls. A path is the bytes that the kernel uses,
 * without a NUL at the end. Follows no link at the end of a path. Not thread-safe.
 */
public final class FileReader implements AutoCloseable {
  private static final int BUFFER = 1 << 20;
  private static final int LIST_BUFFER = 1 << 16;
  private static final int PATH_MAX = 4096;

  /** Where struct linux_dirent64 has its length and its name. */
  private static final int ENTRY_LENGTH = 16;

  private static final int ENTRY_NAME = 19;

  private final Memory status = new Memory(FileStatus.BYTES);
  private final Memory list = new Memory(LIST_BUFFER);
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);

  /** A call of the C library. */
  private interface Call<T> {
    T make() throws LastErrorException;
  }

  private static <T> T onFile(byte[] path, Call<T> call) throws IOException {
    try {
      return call.make();
    } catch (LastErrorException e) {
      throw Errno.onFile(HostText.of(path), e);
    }
  }

  private static byte[] terminated(byte[] path) {
    return Arrays.copyOf(path, path.length + 1);
  }

  public FileStatus status(byte[] path) throws IOException {
    onFile(path, () -> LibC.lstat(terminated(path), status));
    return FileStatus.of(status);
  }

  /** Returns the names in a directory, in no order. */
  public List<byte[]> names(byte[] directory) throws IOException {
    int flags = LibC.O_DIRECTORY | LibC.O_NOFOLLOW | LibC.O_CLOEXEC;
    int fd = onFile(directory, () -> LibC.open(terminated(directory), flags));
    try {
      List<byte[]> names = new ArrayList<>();
      long address = Pointer.nativeValue(list);
      long count;
      while ((count = onFile(directory, () -> read(fd, address))) > 0) {
        addNames((int) count, names);
      }
      return names;
    } finally {
      LibC.close(fd);
    }
  }

  private static long read(int fd, long address) {
    return LibC.syscall(LibC.SYS_GETDENTS64, fd, address, LIST_BUFFER, 0);
  }

  private void addNames(int count, List<byte[]> names) {
    for (int start = 0; start < count; ) {
      int length = Short.toUnsignedInt(list.getShort(start + ENTRY_LENGTH));
      byte[] name = list.getByteArray(start + ENTRY_NAME, length - ENTRY_NAME);
      int end = 0;
      while (name[end] != 0) {
        end++;
      }
      boolean dot = name[0] == '.' && (end == 1 || (end == 2 && name[1] == '.'));
      if (!dot) {
        names.add(Arrays.copyOf(name, end));
      }
      start += length;
    }
  }

  /** Returns the unchanged target of a link. */
  public byte[] linkTarget(byte[] path) throws IOException {
    byte[] target = new byte[PATH_MAX];
    long length = onFile(path, () -> LibC.readlink(terminated(path), target, target.length));
    return Arrays.copyOf(target, (int) length);
  }

  /** Returns the extended attributes; none if the file system does not support them. */
  public SortedMap<String, byte[]> attributes(byte[] path) throws IOException {
    return onFile(path, () -> ExtendedAttributes.of(terminated(path)));
  }

  /** Returns the type of the file system that a file is on, as statfs(2) numbers it. */
  public long fileSystem(byte[] path) throws IOException {
    return onFile(
        path,
        () -> {
          LibC.statfs(terminated(path), status);
          return status.getLong(0);
        });
  }

  /** Opens a regular file. Close it before another one is opened. */
  public OpenFile open(byte[] path) throws IOException {
    int flags = LibC.O_NOFOLLOW | LibC.O_NONBLOCK | LibC.O_CLOEXEC;
    return new OpenFile(path, onFile(path, () -> LibC.open(terminated(path), flags)));
  }

  /** A file from which this reader reads. */
  public final class OpenFile implements AutoCloseable {
    private final byte[] path;
    private final int fd;
    private long position;

    private OpenFile(byte[] path, int fd) {
      this.path = path;
      this.fd = fd;
    }

    /**
     * Reads bytes.
     *
     * @throws EOFException if the file has fewer
     */
    public void read(long offset, byte[] into, int count) throws IOException {
      if (offset != position) {
        position = onFile(path, () -> LibC.lseek(fd, offset, LibC.SEEK_SET));
      }
      for (int done = 0; done < count; ) {
        int most = Math.min(BUFFER, count - done);
        int read = (int) (long) onFile(path, () -> LibC.read(fd, buffer, most));
        if (read == 0) {
          throw new EOFException(HostText.of(path) + ": became shorter while it was read");
        }
        buffer.get(0, into, done, read);
        done += read;
        position += read;
      }
    }

    /** Returns where the next data is at {@code offset} or after it; {@code size} if none is. */
    public long nextData(long offset, long size) throws IOException {
      return onFile(path, () -> data(offset, size));
    }

    private long data(long offset, long size) {
      try {
        position = LibC.lseek(fd, offset, LibC.SEEK_DATA);
        return position;
      } catch (LastErrorException e) {
        if (e.getErrorCode() == LibC.ENXIO) {
          return size;
        }
        if (e.getErrorCode() == LibC.EINVAL) {
          return offset; // a file system that does not know holes
        }
        throw e;
      }
    }

    @Override
    public void close() {
      LibC.close(fd);
    }
  }

  @Override
  public void close() {
    status.close();
    list.close();
  }
}
