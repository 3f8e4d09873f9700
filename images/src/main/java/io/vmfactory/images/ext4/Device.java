package io.vmfactory.images.ext4;

/**
 * The number of a device.
 *
 * @param major 0..4095
 * @param minor 0..1048575
 */
public record Device(long major, long minor) {
  /** The device of a file that is no device. */
  public static final Device NONE = new Device(0, 0);

  private static final long MOST_MAJOR = 0xFFF;
  private static final long MOST_MINOR = 0xF_FFFF;
  private static final long OLD_MOST = 0xFF;

  /** Returns the device of {@code st_rdev} of stat(2). */
  public static Device ofStat(long number) {
    return new Device(
        (number >>> 8 & 0xFFF) | (number >>> 32 & ~0xFFFL),
        (number & 0xFF) | (number >>> 12 & ~0xFFL & 0xFFFF_FFFFL));
  }

  /** Returns whether Linux has devices with such a number. */
  public boolean isValid() {
    return major >= 0 && major <= MOST_MAJOR && minor >= 0 && minor <= MOST_MINOR;
  }

  /** Returns whether the number has the form of 16 bits, which is stored in another place. */
  boolean isOld() {
    return major <= OLD_MOST && minor <= OLD_MOST;
  }

  /** Returns the number in the form of 16 bits. */
  int old() {
    return (int) (major << 8 | minor);
  }

  /** Returns the number in the form of 32 bits. */
  int wide() {
    return (int) ((minor & 0xFF) | (major << 8) | ((minor & ~0xFFL) << 12));
  }
}
