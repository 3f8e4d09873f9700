package io.vmfactory.guest;

import java.util.regex.Pattern;

/**
 * The names that a VM can have: labels of letters, digits and inner hyphens, with dots between
 * them, 1..64 characters together. The kernel holds no more.
 */
public final class HostName {
  /** The form for people. */
  public static final String TEXT = "1..64 letters, digits, and inner hyphens and dots";

  private static final Pattern FORM =
      Pattern.compile(
          "(?=.{1,64}\\z)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
              + "(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*");

  private HostName() {}

  /** Returns whether {@code name} has this form. */
  public static boolean holds(String name) {
    return FORM.matcher(name).matches();
  }

  /** Throws IllegalArgumentException if {@code name} does not have this form. */
  public static void require(String name) {
    if (!holds(name)) {
      throw new IllegalArgumentException("not a host name (" + TEXT + "): " + name);
    }
  }
}
