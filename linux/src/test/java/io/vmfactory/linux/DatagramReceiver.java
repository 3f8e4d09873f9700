package io.vmfactory.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.time.Duration;

/** A bound UNIX datagram socket, like the one on which systemd gets a service's notifications. */
public final class DatagramReceiver implements AutoCloseable {
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int EAGAIN = 11;
  private static final int MOST = 4096;

  private final int fd;

  /** The functions that only a receiver needs. */
  private static final class Extra {
    static {
      Native.register(Extra.class, "c");
    }

    static native long recv(int fd, Pointer to, long length, int flags) throws LastErrorException;

    static native int setsockopt(int fd, int level, int name, Pointer value, int length)
        throws LastErrorException;
  }

  /**
   * Binds the socket.
   *
   * @param address a path, or {@code @name}
   * @param longest the longest wait of {@link #receive}
   */
  public DatagramReceiver(String address, Duration longest) {
    fd = LibC.socket(LibC.AF_UNIX, LibC.SOCK_DGRAM_CLOEXEC, 0);
    try (Memory to = UnixDatagram.address(address);
        Memory timeval = new Memory(16)) {
      LibC.bind(fd, to, (int) to.size());
      timeval.setLong(0, longest.toSeconds());
      timeval.setLong(8, longest.toNanosPart() / 1000);
      Extra.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeval, (int) timeval.size());
    }
  }

  /** Returns the next message; empty when none came in time. */
  public String receive() {
    try (Memory buffer = new Memory(MOST)) {
      int length = (int) Extra.recv(fd, buffer, MOST, 0);
      return new String(buffer.getByteArray(0, length), UTF_8);
    } catch (LastErrorException e) {
      if (e.getErrorCode() == EAGAIN) {
        return "";
      }
      throw e;
    }
  }

  @Override
  public void close() {
    LibC.close(fd);
  }
}
