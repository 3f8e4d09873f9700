package io.vmfactory.linux;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;

/** Sends messages to a UNIX datagram socket, for which Java has no class. See unix(7). */
public final class UnixDatagram {
  private static final int FAMILY_BYTES = 2;

  private UnixDatagram() {}

  /**
   * Sends {@code text} as one message and never waits. If the receiver's queue is full, it is lost.
   *
   * @param address a path, or {@code @name} for an abstract socket; at most 107 bytes
   * @throws OsException when the message could not be delivered
   */
  public static void send(String address, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    Memory to = address(address);
    int fd = -1;
    try (Memory message = new Memory(bytes.length)) {
      message.write(0, bytes, 0, bytes.length);
      fd = LibC.socket(LibC.AF_UNIX, LibC.SOCK_DGRAM_CLOEXEC, 0);
      LibC.sendto(fd, message, bytes.length, LibC.MSG_DONTWAIT_NOSIGNAL, to, (int) to.size());
    } catch (LastErrorException e) {
      throw Errno.failure("cannot send to " + address, e);
    } finally {
      to.close();
      if (fd >= 0) {
        LibC.close(fd);
      }
    }
  }

  /**
   * Makes a struct sockaddr_un: family, then a path with its NUL, or a NUL and a name without one.
   */
  static Memory address(String text) {
    byte[] name = text.getBytes(UTF_8);
    boolean hidden = text.startsWith("@");
    Memory address = new Memory((long) FAMILY_BYTES + name.length + (hidden ? 0 : 1));
    address.clear();
    address.setShort(0, (short) LibC.AF_UNIX);
    address.write(FAMILY_BYTES, name, 0, name.length);
    if (hidden) {
      address.setByte(FAMILY_BYTES, (byte) 0);
    }
    return address;
  }
}
