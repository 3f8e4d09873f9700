package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Pointer;
import java.util.OptionalLong;

/** The groups that this host knows, see getgrnam(3). */
public final class HostGroups {
  /** struct group: name, password, then the id. */
  private static final int GID_AT = 2 * Long.BYTES;

  private HostGroups() {}

  /** Returns the id of the group with that name; empty if there is none. */
  public static synchronized OptionalLong gid(String name) {
    try {
      Pointer group = LibC.getgrnam(name);
      return group == null
          ? OptionalLong.empty()
          : OptionalLong.of(Integer.toUnsignedLong(group.getInt(GID_AT)));
    } catch (LastErrorException e) {
      return OptionalLong.empty(); // so some sources of groups say that they have no such group
    }
  }
}
