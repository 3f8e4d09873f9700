package io.vmfactory.linux;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import io.vmfactory.linux.OsException.Kind;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * An open network namespace, see namespaces(7). It lives at least until this is closed, and stays
 * the same namespace even if its path leads elsewhere later.
 */
public final class NetworkNamespace implements AutoCloseable {
  /**
   * The calling thread's namespace. Threads in another one belong to this room and have no other
   * work.
   */
  private static final Path OWN = Path.of("/proc/thread-self/ns/net");

  private static final Pattern OF_PROCESS =
      Pattern.compile("/proc/[1-9][0-9]*(/task/[1-9][0-9]*)?/ns/net");

  private static final long NS_GET_USERNS = 0xb701;
  private static final long NS_GET_NSTYPE = 0xb703;
  private static final long NS_GET_OWNER_UID = 0xb704;
  private static final long NSFS_MAGIC = 0x6e736673;

  /** struct statfs; begins with the type. */
  private static final int STATFS_BYTES = 120;

  private final int fd;
  private final String name;

  private NetworkNamespace(int fd, Path path) {
    this.fd = fd;
    this.name = path.toString();
  }

  /**
   * Opens the namespace at {@code path}, such as {@code /run/netns/web} or {@code
   * /proc/4711/ns/net}. The path of a process is followed with the rights of this process: who may
   * use such a namespace depends on the namespace itself, see {@link #belongsTo}.
   *
   * @param rights count for each folder of any other path, and for the file
   * @throws OsException of kind {@code INVALID} when the path names no network namespace, {@code
   *     FORBIDDEN} when a folder on the way may not be entered or the file not be read
   */
  public static NetworkNamespace open(Path path, FileRights rights) {
    if (OF_PROCESS.matcher(path.toString()).matches()) {
      return ofProcess(path);
    }
    try (HeldPath held = HeldPath.find(path, rights)) {
      NetworkNamespace found = new NetworkNamespace(reopened(held.descriptor(), path), path);
      if (!held.allows(rights, AccessList.READ)) {
        found.close();
        throw new OsException(
            Kind.FORBIDDEN, "%s: %s may not open it".formatted(path, rights.user()));
      }
      return found;
    } catch (OsException e) {
      throw e.kind() == Kind.INVALID && e.errno() != 0 ? none(path, Errno.text(e.errno())) : e;
    }
  }

  private static NetworkNamespace ofProcess(Path path) {
    int found;
    try {
      found = LibC.open(path.toString(), LibC.O_PATH | LibC.O_CLOEXEC);
    } catch (LastErrorException e) {
      throw none(path, "cannot open: " + Errno.text(e));
    }
    try {
      return new NetworkNamespace(reopened(found, path), path);
    } finally {
      LibC.close(found);
    }
  }

  /** Opens a path only if it is known to be a namespace: opening a device may have side effects. */
  private static int reopened(int found, Path path) {
    int fd = -1;
    try (Memory answer = new Memory(STATFS_BYTES)) {
      LibC.fstatfs(found, answer);
      if (answer.getLong(0) != NSFS_MAGIC) {
        throw none(path, "it is not a namespace");
      }
      fd = LibC.open("/proc/self/fd/" + found, LibC.O_RDONLY | LibC.O_CLOEXEC);
      if (LibC.ioctl(fd, NS_GET_NSTYPE, null) == LibC.CLONE_NEWNET) {
        return fd;
      }
    } catch (LastErrorException e) {
      close(fd);
      throw Errno.failure("cannot open network namespace " + path, e);
    }
    close(fd);
    throw none(path, "it is a namespace of another kind");
  }

  private static void close(int fd) {
    if (fd >= 0) {
      LibC.close(fd);
    }
  }

  private static OsException none(Path path, String why) {
    return new OsException(Kind.INVALID, "no network namespace at %s: %s".formatted(path, why));
  }

  /** Opens this process's own namespace. */
  static NetworkNamespace own() {
    return ofProcess(OWN);
  }

  /**
   * Returns whether {@code user} has every right in this namespace. That is so if it belongs to a
   * user namespace that this user has made, see user_namespaces(7).
   */
  public boolean belongsTo(UserIds user) {
    int users = -1;
    try (Memory owner = new Memory(Integer.BYTES)) {
      users = LibC.ioctl(fd, NS_GET_USERNS, null);
      LibC.ioctl(users, NS_GET_OWNER_UID, owner);
      return Integer.toUnsignedLong(owner.getInt(0)) == user.uid();
    } catch (LastErrorException e) {
      if (e.getErrorCode() == LibC.EPERM) {
        return false; // its user namespace is above ours
      }
      throw Errno.failure("cannot find the owner of " + this, e);
    } finally {
      close(users);
    }
  }

  /** Returns the descriptor in this process. */
  int descriptor() {
    return fd;
  }

  @Override
  public void close() {
    LibC.close(fd);
  }

  @Override
  public String toString() {
    return "network namespace " + name;
  }
}
