package io.vmfactory.linux;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.jna.LastErrorException;
import com.sun.jna.Memory;
import io.vmfactory.linux.OsException.Kind;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * A file held by an O_PATH descriptor, found by a path that a client may have sent. The path is
 * followed step by step: each folder is held while the client's right to enter it is checked, so
 * renames and replaced links on the way cannot lead around a check. Holding a file does not open
 * it, so a pipe or a device has no effect.
 *
 * <p>A path never leads through a file system of processes, such as /proc: links there lead to what
 * processes have open, past all folders, and "self" would be this process instead of the client.
 */
final class HeldPath implements AutoCloseable {
  /** As many as the kernel follows, see path_resolution(7). */
  private static final int MOST_LINKS = 40;

  private static final int PATH_MAX = 4096;
  private static final long PROC_MAGIC = 0x9fa0;

  /** struct statfs; begins with the type. */
  private static final int STATFS_BYTES = 120;

  private static final int HOLD = LibC.O_PATH | LibC.O_CLOEXEC | LibC.O_NOFOLLOW;
  private static final byte[] ROOT = {'/', 0};
  private static final byte[] ITSELF = {0};

  private final int fd;
  private final FileFacts facts;

  private HeldPath(int fd) {
    this.fd = fd;
    try {
      this.facts = FileFacts.of(fd);
    } catch (LastErrorException e) {
      LibC.close(fd);
      throw Errno.failure("cannot look at a file", e);
    }
  }

  /**
   * Finds the file at {@code path}; follows links.
   *
   * @throws OsException of kind {@code INVALID} when it is missing or lies in /proc, {@code
   *     FORBIDDEN} when a folder on the way may not be entered with these rights
   */
  static HeldPath find(Path path, FileRights rights) {
    return new Walk(path, rights).end();
  }

  int descriptor() {
    return fd;
  }

  FileFacts facts() {
    return facts;
  }

  /** Returns whether these rights suffice for {@code wanted}, bits of {@link AccessList}. */
  boolean allows(FileRights rights, int wanted) {
    UserIds user = rights.user();
    return user == null
        || AccessList.of(link(), facts.mode()).allows(user, facts.uid(), facts.gid(), wanted);
  }

  private byte[] link() {
    return ("/proc/self/fd/" + fd + '\0').getBytes(US_ASCII);
  }

  /** Opens the file with the rights of this process. */
  int open(int flags) throws LastErrorException {
    return LibC.open(link(), flags | LibC.O_CLOEXEC);
  }

  @Override
  public void close() {
    LibC.close(fd);
  }

  private boolean isOfProcesses() {
    try (Memory answer = new Memory(STATFS_BYTES)) {
      LibC.fstatfs(fd, answer);
      return answer.getLong(0) == PROC_MAGIC;
    }
  }

  /** The way along one path. Its place is the file that the names so far lead to. */
  private static final class Walk {
    private final Path path;
    private final FileRights rights;
    private final Deque<byte[]> rest = new ArrayDeque<>();
    private final List<String> taken = new ArrayList<>();
    private HeldPath place;
    private int links;

    Walk(Path path, FileRights rights) {
      this.path = path;
      this.rights = rights;
      push(RawPath.bytes(path));
      this.place = new HeldPath(opened(LibC.AT_FDCWD, ROOT));
    }

    HeldPath end() {
      try {
        while (!rest.isEmpty()) {
          step(rest.removeFirst());
        }
        if (place.isOfProcesses()) {
          throw ofProcesses();
        }
        return place;
      } catch (LastErrorException e) {
        place.close();
        throw failure(e);
      } catch (RuntimeException e) {
        place.close();
        throw e;
      }
    }

    private void step(byte[] name) {
      if (!place.facts.isFolder()) {
        throw invalid("%s is not a folder".formatted(here()));
      }
      if (place.isOfProcesses()) {
        throw ofProcesses();
      }
      if (!place.allows(rights, AccessList.ENTER)) {
        throw new OsException(
            Kind.FORBIDDEN, "%s: %s may not enter %s".formatted(path, rights.user(), here()));
      }
      HeldPath next = new HeldPath(opened(place.fd, name));
      if (next.facts.isLink()) {
        try (next) {
          follow(next);
        }
      } else {
        taken.add(new String(name, 0, name.length - 1, UTF_8));
        move(next);
      }
    }

    private void follow(HeldPath link) {
      if (++links > MOST_LINKS) {
        throw invalid("too many links");
      }
      // As fs.protected_symlinks does: in /tmp, a link of another user may be a trap.
      UserIds user = rights.user() == null ? UserIds.ofThisProcess() : rights.user();
      if (place.facts.isForAll()
          && link.facts.uid() != user.uid()
          && link.facts.uid() != place.facts.uid()) {
        throw new OsException(
            Kind.FORBIDDEN,
            "%s: another user made a link in %s; name the file itself".formatted(path, here()));
      }
      byte[] target = new byte[PATH_MAX];
      int length = (int) LibC.readlinkat(link.fd, ITSELF, target, target.length);
      if (target[0] == '/') {
        taken.clear();
        move(new HeldPath(opened(LibC.AT_FDCWD, ROOT)));
      }
      push(Arrays.copyOf(target, length));
    }

    private void move(HeldPath next) {
      place.close();
      place = next;
    }

    /** Puts the names of a path before the rest, each with its closing NUL. */
    private void push(byte[] text) {
      String[] names = new String(text, ISO_8859_1).split("/", -1);
      for (int i = names.length - 1; i >= 0; i--) {
        if (!names[i].isEmpty() && !names[i].equals(".")) {
          rest.addFirst((names[i] + '\0').getBytes(ISO_8859_1));
        }
      }
    }

    private static int opened(int folder, byte[] name) {
      return LibC.openat(folder, name, HOLD);
    }

    private String here() {
      return "/" + String.join("/", taken);
    }

    private OsException ofProcesses() {
      return invalid("it lies in %s; files there depend on the process".formatted(here()));
    }

    private OsException invalid(String why) {
      return new OsException(Kind.INVALID, path + ": " + why);
    }

    private OsException failure(LastErrorException e) {
      if (e.getErrorCode() == LibC.EACCES && rights.user() != null) {
        return new OsException(
            Kind.FORBIDDEN, "%s: this daemon's own user may not enter %s".formatted(path, here()));
      }
      OsException plain = Errno.failure(path.toString(), e);
      return plain.kind() == Kind.REFUSED
          ? new OsException(Kind.INVALID, plain.errno(), String.valueOf(plain.getMessage()), e)
          : plain;
    }
  }
}
