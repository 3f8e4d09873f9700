package io.vmfactory.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import io.vmfactory.linux.OsException.Kind;

/**
 * A tap: a network interface whose other end is a descriptor, see the kernel's tuntap.rst. It
 * starts down, in this process's network namespace. It ends when the last process closes the
 * descriptor. {@link #close} closes this process's descriptor.
 */
public final class Tap implements AutoCloseable {
  private static final String DEVICE = "/dev/net/tun";
  private static final long TUNSETIFF = 0x400454ca;

  /** struct ifreq: name, flags. */
  private static final int REQUEST_BYTES = 40;

  private static final int FLAGS_AT = 16;

  /** IFF_TAP, IFF_NO_PI, IFF_VNET_HDR. */
  private static final short FLAGS = 0x2 | 0x1000 | 0x4000;

  private static final String REMEDY =
      ": network interfaces of VMs need %s;"
          + " without that, set nic_slots = 0 under [hypervisor.qemu]";

  private final int fd;

  private Tap(int fd) {
    this.fd = fd;
  }

  /**
   * Makes a tap.
   *
   * @param name name of the interface, 1..15 characters
   * @throws OsException of kind {@code LACKING} when this process lacks the right, or the kernel
   *     has no taps; the message names the remedy
   */
  public static Tap create(String name) {
    int fd = open();
    try (Memory request = new Memory(REQUEST_BYTES)) {
      request.clear();
      byte[] bytes = name.getBytes(US_ASCII);
      request.write(0, bytes, 0, bytes.length);
      request.setShort(FLAGS_AT, FLAGS);
      LibC.ioctl(fd, TUNSETIFF, request);
      return new Tap(fd);
    } catch (LastErrorException e) {
      LibC.close(fd);
      throw failure("cannot make tap " + name, e);
    }
  }

  private static int open() {
    try {
      return LibC.open(DEVICE, LibC.O_RDWR | LibC.O_CLOEXEC);
    } catch (LastErrorException e) {
      throw failure("cannot open " + DEVICE, e);
    }
  }

  private static OsException failure(String what, LastErrorException e) {
    String needed =
        switch (e.getErrorCode()) {
          case LibC.EPERM, LibC.EACCES -> "CAP_NET_ADMIN and access to " + DEVICE;
          case LibC.ENOENT, LibC.ENODEV, LibC.ENXIO -> DEVICE + " (modprobe tun)";
          default -> "";
        };
    OsException plain = Errno.failure(what, e);
    return needed.isEmpty()
        ? plain
        : new OsException(
            Kind.LACKING, plain.errno(), plain.getMessage() + REMEDY.formatted(needed), null);
  }

  /** Returns the descriptor in this process. */
  public int descriptor() {
    return fd;
  }

  @Override
  public void close() {
    LibC.close(fd);
  }
}
