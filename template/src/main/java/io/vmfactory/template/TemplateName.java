package io.vmfactory.template;

import io.vmfactory.template.SnapshotNote.Owner;
import java.util.regex.Pattern;

/**
 * The name of a template that is a snapshot of a VM. Names of administrators are one space; each
 * other user has a space of its own.
 *
 * @param space empty for administrators; else the user's id
 * @param name 1..63 characters, see {@link #TEXT}
 */
public record TemplateName(String space, String name) implements Comparable<TemplateName> {
  /** What a name may be, for people. */
  public static final String TEXT =
      "1..63 of a-z, 0-9, '.', '_' and '-', the first a letter or digit, and not 8 or more hex"
          + " digits alone";

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
  private static final Pattern LIKE_A_KEY = Pattern.compile("[0-9a-f]{8,}");

  /** Returns the name in the space of that owner. */
  public static TemplateName of(Owner owner, String name) {
    return new TemplateName(owner.shared() ? "" : String.valueOf(owner.uid()), name);
  }

  /** Returns whose the templates of this name are. */
  public Owner owner() {
    return space.isEmpty() ? new Owner(0, true) : new Owner(Long.parseLong(space), false);
  }

  /** Whether {@code text} can be a name. What looks like a key cannot. */
  public static boolean isName(String text) {
    return NAME.matcher(text).matches() && !LIKE_A_KEY.matcher(text).matches();
  }

  @Override
  public int compareTo(TemplateName other) {
    int bySpace = space.compareTo(other.space);
    return bySpace == 0 ? name.compareTo(other.name) : bySpace;
  }

  /** Returns it for people: the name, after the user's id if it is not an administrator's. */
  @Override
  public String toString() {
    return space.isEmpty() ? name : space + "/" + name;
  }
}
