package io.vmfactory.guest.oci;

import java.util.List;

/**
 * The range of user and group ids. The kernel's ids have 32 bits, but for system calls 4294967295
 * means "leave the id as it is", so a process with this id would keep the rights of root.
 */
public final class IdRange {
  /** The largest id, as for other runtimes. The smallest is 0. */
  public static final long MOST = Integer.MAX_VALUE;

  /** The range for people. */
  public static final String TEXT = "0.." + MOST;

  private IdRange() {}

  /** Returns whether {@code id} is in the range. */
  public static boolean holds(long id) {
    return id >= 0 && id <= MOST;
  }

  /**
   * Returns {@code id}.
   *
   * @param path what it is the id of, for the message
   * @throws OciSpecException if it is out of range
   */
  public static int require(String path, long id) {
    if (!holds(id)) {
      throw new OciSpecException(List.of("%s: must be %s, is %d".formatted(path, TEXT, id)));
    }
    return (int) id;
  }
}
