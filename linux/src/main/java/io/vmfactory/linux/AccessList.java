package io.vmfactory.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.jna.LastErrorException;
import io.vmfactory.linux.OsException.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The rights of users and groups to a file: its mode, or its POSIX access control list if it has
 * one, see acl(5). Rights are the bits of a mode: 4 = read, 2 = write, 1 = execute or enter.
 */
public final class AccessList {
  static final int READ = 4;
  static final int WRITE = 2;
  static final int ENTER = 1;

  private static final byte[] ATTRIBUTE = "system.posix_acl_access\0".getBytes(US_ASCII);
  private static final int VERSION = 2;
  private static final int ALL = 7;
  private static final int HEADER_BYTES = 4;
  private static final int ENTRY_BYTES = 8;

  private static final int USUAL_BYTES = 128;

  /** Room for eight thousand entries. */
  private static final int MOST_BYTES = 65536;

  private static final long NO_ID = 0xffff_ffffL;

  /** Whom an entry is about; the kernel's numbers, in the order in which it wants the entries. */
  private enum Tag {
    OWNER(1),
    USER(2),
    OWNING_GROUP(4),
    GROUP(8),
    MASK(16),
    OTHERS(32);

    private final int number;

    Tag(int number) {
      this.number = number;
    }

    static Tag of(int number) {
      for (Tag tag : values()) {
        if (tag.number == number) {
          return tag;
        }
      }
      throw new OsException(Kind.REFUSED, "access control list with an entry of kind " + number);
    }
  }

  private record Entry(Tag tag, int rights, long id) {}

  private final List<Entry> entries;

  private AccessList(List<Entry> entries) {
    this.entries = entries;
  }

  /** Returns the rights to the file at {@code path}, a last link followed, whose mode is given. */
  static AccessList of(byte[] path, int mode) {
    if ((mode >> 3 & ALL) == 0) {
      return ofMode(mode); // the kernel does not look at a list whose mask is empty
    }
    return of(path, mode, USUAL_BYTES);
  }

  private static AccessList of(byte[] path, int mode, int bytes) {
    byte[] value = new byte[bytes];
    try {
      int length = (int) LibC.getxattr(path, ATTRIBUTE, value, value.length);
      return parsed(ByteBuffer.wrap(value, 0, length).order(ByteOrder.LITTLE_ENDIAN));
    } catch (LastErrorException e) {
      if (e.getErrorCode() == LibC.ENODATA || e.getErrorCode() == LibC.EOPNOTSUPP) {
        return ofMode(mode);
      }
      if (e.getErrorCode() == LibC.ERANGE && bytes < MOST_BYTES) {
        return of(path, mode, MOST_BYTES);
      }
      throw Errno.failure("cannot read the access control list of a file", e);
    }
  }

  private static AccessList parsed(ByteBuffer value) {
    List<Entry> entries = new ArrayList<>();
    value.position(value.position() + HEADER_BYTES);
    while (value.remaining() >= ENTRY_BYTES) {
      Tag tag = Tag.of(value.getShort());
      int rights = value.getShort() & ALL;
      entries.add(new Entry(tag, rights, Integer.toUnsignedLong(value.getInt())));
    }
    return new AccessList(entries);
  }

  private static AccessList ofMode(int mode) {
    return new AccessList(
        List.of(
            new Entry(Tag.OWNER, mode >> 6 & ALL, NO_ID),
            new Entry(Tag.OWNING_GROUP, mode >> 3 & ALL, NO_ID),
            new Entry(Tag.OTHERS, mode & ALL, NO_ID)));
  }

  /**
   * Returns whether a user has all of these rights, by the algorithm of acl(5). Capabilities do not
   * count.
   *
   * @param owner the file's user
   * @param group the file's group
   * @param wanted bits
   */
  boolean allows(UserIds user, long owner, long group, int wanted) {
    if (user.uid() == owner) {
      return has(rights(Tag.OWNER), wanted);
    }
    int mask = entries.stream().anyMatch(e -> e.tag() == Tag.MASK) ? rights(Tag.MASK) : ALL;
    for (Entry entry : entries) {
      if (entry.tag() == Tag.USER && entry.id() == user.uid()) {
        return has(entry.rights() & mask, wanted);
      }
    }
    List<Entry> groups = entries.stream().filter(e -> isOf(user, e, group)).toList();
    return groups.isEmpty()
        ? has(rights(Tag.OTHERS), wanted)
        : groups.stream().anyMatch(e -> has(e.rights() & mask, wanted));
  }

  private static boolean isOf(UserIds user, Entry entry, long group) {
    return switch (entry.tag()) {
      case OWNING_GROUP -> user.groups().contains(group);
      case GROUP -> user.groups().contains(entry.id());
      case OWNER, USER, MASK, OTHERS -> false;
    };
  }

  private int rights(Tag tag) {
    return entries.stream().filter(e -> e.tag() == tag).mapToInt(Entry::rights).sum();
  }

  private static boolean has(int rights, int wanted) {
    return (rights & wanted) == wanted;
  }

  /** Lets a user read a file of this process's user. */
  public static void letRead(Path file, long uid) {
    grant(file, new Entry(Tag.USER, READ, uid), "user " + uid);
  }

  /** Lets a user read and write a file of this process's user, or connect to such a socket. */
  public static void letUse(Path file, long uid) {
    grant(file, new Entry(Tag.USER, READ | WRITE, uid), "user " + uid);
  }

  /** Lets a user enter a folder of this process's user, without listing or changing it. */
  public static void letEnter(Path folder, long uid) {
    grant(folder, new Entry(Tag.USER, ENTER, uid), "user " + uid);
  }

  /** Lets the members of a group read and enter a folder of this process's user. */
  public static void letGroupEnter(Path folder, long gid) {
    grant(folder, new Entry(Tag.GROUP, READ | ENTER, gid), "group " + gid);
  }

  /** Lets the members of a group read and write a file or socket of this process's user. */
  public static void letGroupUse(Path file, long gid) {
    grant(file, new Entry(Tag.GROUP, READ | WRITE, gid), "group " + gid);
  }

  private static void grant(Path file, Entry entry, String who) {
    byte[] path = RawPath.terminated(file);
    try {
      AccessList old = of(path, FileFacts.of(path).mode());
      byte[] value = old.with(entry).bytes();
      LibC.setxattr(path, ATTRIBUTE, value, value.length, 0);
    } catch (LastErrorException e) {
      if (e.getErrorCode() == LibC.EOPNOTSUPP) {
        throw new OsException(
            Kind.LACKING,
            "cannot let %s use %s: its file system has no access control lists; use tmpfs or ext4"
                .formatted(who, file),
            e);
      }
      throw Errno.failure("cannot let %s use %s".formatted(who, file), e);
    }
  }

  private AccessList with(Entry added) {
    List<Entry> all = new ArrayList<>(entries);
    all.removeIf(e -> e.tag() == Tag.MASK || (e.tag() == added.tag() && e.id() == added.id()));
    all.add(added);
    int mask =
        all.stream()
            .filter(e -> e.tag() != Tag.OWNER && e.tag() != Tag.OTHERS)
            .mapToInt(Entry::rights)
            .reduce(0, (one, other) -> one | other);
    all.add(new Entry(Tag.MASK, mask, NO_ID));
    all.sort(Comparator.comparing(Entry::tag).thenComparing(Entry::id));
    return new AccessList(all);
  }

  private byte[] bytes() {
    ByteBuffer value =
        ByteBuffer.allocate(HEADER_BYTES + entries.size() * ENTRY_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(VERSION);
    for (Entry entry : entries) {
      value.putShort((short) entry.tag().number).putShort((short) entry.rights());
      value.putInt((int) entry.id());
    }
    return value.array();
  }
}
