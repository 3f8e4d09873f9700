package io.vmfactory.configs.host;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Decides whether this process can believe a file or folder: only its own user or root can have
 * written it. As sshd does with its files, this also looks at every folder above, because the owner
 * of a folder can replace what is in it. A folder with the sticky bit, such as /tmp, may be above:
 * only the owner of a file can replace it there.
 */
public final class Ownership {
  /** The mode bits that let other users write. */
  public static final int GROUP_OR_OTHERS_WRITE = 022;

  private static final int STICKY = 01000;
  private static final int TYPE = 0170000;
  private static final int FOLDER = 0040000;
  private static final int LINK = 0120000;

  /** Who may write a socket may connect to it, and not replace it. */
  private static final int SOCKET = 0140000;

  private static final String WHAT = "unix:uid,mode";

  /** As many as the kernel follows, see path_resolution(7). */
  private static final int MOST_LINKS = 40;

  private static final Set<Integer> INSTALLER = installer();

  private Ownership() {}

  /**
   * Returns why the file or folder cannot be believed, and the command that mends it; empty if it
   * can.
   *
   * @param uid id of its owner
   * @param mode its type and mode bits, see inode(7)
   */
  public static Optional<String> objection(Path path, int uid, int mode) {
    Optional<String> foreign = foreign(path, uid);
    if (foreign.isPresent() || (mode & GROUP_OR_OTHERS_WRITE) == 0) {
      return foreign;
    }
    return Optional.of(
        "other users may write %s; check it, then: chmod go-w %s".formatted(path, quoted(path)));
  }

  private static Optional<String> foreign(Path path, int uid) {
    int own = OwnUser.uid();
    if (uid == 0 || uid == own) {
      return Optional.empty();
    }
    String owner = own == 0 ? "root" : Integer.toString(own);
    return Optional.of(
        "%s belongs to uid %s; check it, then: chown %s: %4$s && chmod go-w %4$s"
            .formatted(path, Integer.toUnsignedString(uid), owner, quoted(path)));
  }

  private static String quoted(Path path) {
    return "'" + path.toString().replace("'", "'\\''") + "'";
  }

  /**
   * Looks at {@code path}, at every folder above it, and at every link on the way.
   *
   * @return the path without links
   * @throws IOException if something is missing, or another user could replace what the path leads
   *     to; the message names the remedy
   */
  public static Path require(Path path) throws IOException {
    return require(path, Set.of());
  }

  /**
   * The same for a file that comes with this program, such as the guest's kernel. It may also
   * belong to the user that this program's own files belong to: that user can change this program
   * anyway.
   */
  public static Path requireInstalled(Path path) throws IOException {
    return require(path, INSTALLER);
  }

  private static Set<Integer> installer() {
    CodeSource code = Ownership.class.getProtectionDomain().getCodeSource();
    try {
      return Set.of((Integer) Files.getAttribute(Path.of(code.getLocation().toURI()), "unix:uid"));
    } catch (IOException | URISyntaxException e) {
      return Set.of();
    }
  }

  /**
   * The same, where further users are trusted.
   *
   * @param alsoTrusted their ids
   */
  public static Path require(Path path, Set<Integer> alsoTrusted) throws IOException {
    Path at = path.toAbsolutePath().getRoot();
    requireOne(at, true, alsoTrusted);
    Deque<Path> rest = new ArrayDeque<>();
    path.toAbsolutePath().forEach(rest::addLast);
    for (int links = 0; !rest.isEmpty(); ) {
      Path name = rest.removeFirst();
      if (name.toString().equals("..")) {
        at = at.getParent() == null ? at : at.getParent();
      } else if (!name.toString().equals(".")) {
        Path next = at.resolve(name);
        if (requireOne(next, !rest.isEmpty(), alsoTrusted) == LINK) {
          if (++links > MOST_LINKS) {
            throw new FileSystemLoopException(path.toString());
          }
          Path target = Files.readSymbolicLink(next);
          at = target.isAbsolute() ? target.getRoot() : at;
          prepend(target, rest);
        } else {
          at = next;
        }
      }
    }
    return at;
  }

  private static void prepend(Path target, Deque<Path> rest) {
    for (int i = target.getNameCount() - 1; i >= 0; i--) {
      rest.addFirst(target.getName(i));
    }
  }

  /** Returns the type of {@code path}. */
  private static int requireOne(Path path, boolean above, Set<Integer> alsoTrusted)
      throws IOException {
    Map<String, Object> all = Files.readAttributes(path, WHAT, LinkOption.NOFOLLOW_LINKS);
    int mode = (Integer) Objects.requireNonNull(all.get("mode"));
    int found = (Integer) Objects.requireNonNull(all.get("uid"));
    int uid = alsoTrusted.contains(found) ? OwnUser.uid() : found;
    int type = mode & TYPE;
    boolean sticky = above && type == FOLDER && (mode & STICKY) != 0;
    boolean ownersReplaceOnly = type == LINK || type == SOCKET || sticky;
    Optional<String> why = ownersReplaceOnly ? foreign(path, uid) : objection(path, uid, mode);
    if (why.isPresent()) {
      throw new IOException(why.get());
    }
    return type;
  }
}
