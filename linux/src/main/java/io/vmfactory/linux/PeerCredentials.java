package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import com.sun.jna.ptr.IntByReference;
import java.util.HashSet;
import java.util.Set;

/**
 * Who is at the other end of a connected UNIX socket, as it was when it connected: SO_PEERCRED and
 * SO_PEERGROUPS, see unix(7). A process id could belong to another process by now, so no right may
 * depend on it.
 *
 * @param pid process id, for messages
 * @param user user and all groups
 */
public record PeerCredentials(int pid, UserIds user) {
  /** struct ucred: pid, uid, gid. */
  private static final int UCRED_BYTES = 12;

  private static final int UID_AT = 4;
  private static final int GID_AT = 8;

  /** Enough for most users; the kernel says how many there are if it is not. */
  private static final int USUAL_GROUPS = 32;

  /**
   * Returns the credentials of the peer of {@code socket}.
   *
   * @param socket a descriptor of this process
   * @throws OsException when the kernel does not know the peer
   */
  public static PeerCredentials of(int socket) {
    try (Memory who = new Memory(UCRED_BYTES)) {
      LibC.getsockopt(
          socket, LibC.SOL_SOCKET, LibC.SO_PEERCRED, who, new IntByReference(UCRED_BYTES));
      Set<Long> groups = groups(socket);
      groups.add(Integer.toUnsignedLong(who.getInt(GID_AT)));
      return new PeerCredentials(
          who.getInt(0), new UserIds(Integer.toUnsignedLong(who.getInt(UID_AT)), groups));
    } catch (LastErrorException e) {
      throw Errno.failure("cannot find out which user the peer is", e);
    }
  }

  private static Set<Long> groups(int socket) {
    IntByReference bytes = new IntByReference(USUAL_GROUPS * Integer.BYTES);
    while (true) {
      try (Memory ids = new Memory(bytes.getValue())) {
        LibC.getsockopt(socket, LibC.SOL_SOCKET, LibC.SO_PEERGROUPS, ids, bytes);
        Set<Long> groups = new HashSet<>();
        for (int at = 0; at < bytes.getValue(); at += Integer.BYTES) {
          groups.add(Integer.toUnsignedLong(ids.getInt(at)));
        }
        return groups;
      } catch (LastErrorException e) {
        if (e.getErrorCode() != LibC.ERANGE) {
          throw e;
        }
      }
    }
  }
}
