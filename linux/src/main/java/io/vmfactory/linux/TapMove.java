package io.vmfactory.linux;

import io.vmfactory.linux.NetworkLinks.Link;
import io.vmfactory.linux.OsException.Kind;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * Takes a tap of ours to where it is wanted. Which are taken already, the kernel knows: a tap that
 * is in this process's network namespace and down is free.
 */
public final class TapMove {
  /** What the kernel accepts as a name, and no pattern of its own. */
  private static final Pattern NAME = Pattern.compile("[\\x21-\\x7e&&[^/:%]]{1,15}");

  private TapMove() {}

  /**
   * Moves the first free one into {@code target}, renames it and brings it up; or leaves all as it
   * was.
   *
   * @param taps their first names, in order
   * @param name what it is called there; empty = as before
   * @return which of them it was, 0 = the first; -1 = none is free
   * @throws OsException of kind {@code INVALID} when an interface cannot be called so, {@code
   *     TAKEN} when one is
   */
  public static int first(List<String> taps, NetworkNamespace target, String name) {
    if (!name.isEmpty()
        && (!NAME.matcher(name).matches() || name.equals(".") || name.equals(".."))) {
      throw new OsException(
          Kind.INVALID,
          "no name for an interface: \"%s\"; 1..15 characters, no space, slash, colon or percent"
              .formatted(name));
    }
    try (NetworkNamespace home = NetworkNamespace.own();
        NetworkLinks here = NetworkLinks.in(home);
        NetworkLinks there = NetworkLinks.in(target)) {
      for (int i = 0; i < taps.size(); i++) {
        Link tap = here.find(taps.get(i));
        if (tap != null && !tap.up()) {
          here.move(tap, target);
          settle(there, taps.get(i), name.isEmpty() ? taps.get(i) : name, home);
          return i;
        }
      }
    }
    return -1;
  }

  private static void settle(NetworkLinks there, String tap, String name, NetworkNamespace home) {
    Link moved = Objects.requireNonNull(there.find(tap));
    try {
      there.raise(moved, name);
    } catch (OsException e) {
      there.move(moved, home);
      throw e;
    }
  }
}
