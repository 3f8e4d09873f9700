package io.vmfactory.images.ext4;

import java.util.Map;

/**
 * The attributes of a file besides name, type and content.
 *
 * @param mode the permissions, 0..07777
 * @param user the owner, 0..4294967295, like the group
 * @param modified the modification time
 * @param attributes the extended attributes; values are bytes as ISO 8859-1 characters
 */
public record Metadata(
    int mode, long user, long group, FileTime modified, Map<String, String> attributes) {
  /** The metadata of a parent directory that no layer describes. */
  public static final Metadata IMPLIED_DIRECTORY =
      new Metadata(0755, 0, 0, new FileTime(0, 0), Map.of());

  public Metadata {
    attributes = Map.copyOf(attributes);
  }

  /**
   * A time. A time that the file system cannot store is stored as the nearest that it can.
   *
   * @param seconds since 1970, may be negative
   * @param nanos 0..999999999, added to the seconds
   */
  public record FileTime(long seconds, int nanos) {
    private static final long FIRST = Integer.MIN_VALUE;
    private static final long LAST = FIRST + (4L << 32) - 1;

    /** Returns the low 32 bits of the seconds. */
    int low() {
      return (int) stored();
    }

    /** Returns the nanoseconds and two more bits of the seconds. */
    int extra() {
      long epoch = (stored() - low()) >>> 32 & 3;
      return (int) ((long) nanos << 2 | epoch);
    }

    private long stored() {
      return Math.max(FIRST, Math.min(LAST, seconds));
    }
  }
}
