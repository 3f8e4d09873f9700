package io.vmfactory.linux;

import io.vmfactory.linux.NetworkLinks.Link;
import io.vmfactory.linux.OsException.Kind;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Moves one of this process's taps into another network namespace. The kernel knows which taps are
 * in use: a tap that is down in this process's network namespace is free.
 */
public final class TapMove {
  /** A name that the kernel accepts and that is no pattern for names. */
  private static final Pattern NAME = Pattern.compile("[\\x21-\\x7e&&[^/:%]]{1,15}");

  /** What the kernel calls a tap. */
  private static final String KIND = "tun";

  private TapMove() {}

  /**
   * Moves the first free tap into {@code target}, renames it and brings it up. A failure leaves
   * every tap as it was.
   *
   * @param taps the taps' first names, in order
   * @param name the new name; empty = unchanged
   * @return index of the moved tap, 0 = the first; -1 = no tap is free
   * @throws OsException of kind {@code INVALID} when the name is not legal, {@code TAKEN} when an
   *     interface in {@code target} has it
   */
  public static int first(List<String> taps, NetworkNamespace target, String name) {
    if (!name.isEmpty()
        && (!NAME.matcher(name).matches() || name.equals(".") || name.equals(".."))) {
      throw new OsException(
          Kind.INVALID,
          "not an interface name: \"%s\"; use 1..15 characters without space, slash, colon, percent"
              .formatted(name));
    }
    try (NetworkNamespace home = NetworkNamespace.own();
        NetworkLinks here = NetworkLinks.in(home);
        NetworkLinks there = NetworkLinks.in(target)) {
      for (int i = 0; i < taps.size(); i++) {
        Link tap = here.find(taps.get(i));
        if (tap != null && !tap.up()) {
          give(tap, taps.get(i), name.isEmpty() ? taps.get(i) : name, here, there, home);
          return i;
        }
      }
    }
    return -1;
  }

  /**
   * Moves a tap back from another network namespace: down, under its first name. Its alias says
   * which tap it is.
   *
   * @param taps the taps' first names, in order
   * @param name the tap's name in {@code from}
   * @return index of the tap, 0 = the first; -1 = {@code from} has none of the taps under that name
   */
  public static int back(List<String> taps, NetworkNamespace from, String name) {
    try (NetworkNamespace home = NetworkNamespace.own();
        NetworkLinks there = NetworkLinks.in(from)) {
      Link found = there.find(name);
      int index = found == null || !found.kind().equals(KIND) ? -1 : taps.indexOf(found.alias());
      if (found != null && index >= 0) {
        there.takeBack(found, home, taps.get(index));
      }
      return index;
    }
  }

  /** Returns how many of {@code taps} are in this process's network namespace and down. */
  public static int count(List<String> taps) {
    if (taps.isEmpty()) {
      return 0;
    }
    try (NetworkNamespace home = NetworkNamespace.own();
        NetworkLinks here = NetworkLinks.in(home)) {
      return (int) taps.stream().map(here::find).filter(tap -> tap != null && !tap.up()).count();
    }
  }

  private static void give(
      Link tap,
      String first,
      String name,
      NetworkLinks here,
      NetworkLinks there,
      NetworkNamespace home) {
    Link other = there.find(name);
    if (other != null && !name.equals(first)) {
      throw there.taken(name);
    }
    try {
      here.give(tap, there, name, first);
    } catch (OsException e) {
      Link moved = moved(there, first, name); // the kernel moves first, and renames then
      if (moved != null) {
        there.takeBack(moved, home, first);
      }
      throw e;
    }
  }

  private static @Nullable Link moved(NetworkLinks there, String first, String name) {
    Link unnamed = there.find(first);
    if (unnamed != null) {
      return unnamed;
    }
    Link named = there.find(name);
    return named != null && named.alias().equals(first) ? named : null;
  }
}
