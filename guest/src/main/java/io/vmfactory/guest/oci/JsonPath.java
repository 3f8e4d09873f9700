package io.vmfactory.guest.oci;

import java.util.regex.Pattern;

/**
 * The path of a property in config.json.
 *
 * @param text the path for people: {@code mounts[3].options}
 * @param pattern the same path for all items of a list: {@code mounts[].options}
 */
record JsonPath(String text, String pattern) {
  static final JsonPath ROOT = new JsonPath("", "");

  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]+");

  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  JsonPath property(String name) {
    String dot = text.isEmpty() ? "" : ".";
    String shown =
        PLAIN.matcher(name).matches()
            ? dot + name
            : "[\"" + CONTROL.matcher(name).replaceAll("?") + "\"]";
    return new JsonPath(text + shown, pattern + dot + name);
  }

  JsonPath item(int index) {
    return new JsonPath(text + "[" + index + "]", pattern + "[]");
  }

  /** Returns whether this path is {@code other} or below it. */
  boolean isWithin(JsonPath other) {
    return text.equals(other.text)
        || text.startsWith(other.text + ".")
        || text.startsWith(other.text + "[");
  }

  @Override
  public String toString() {
    return text;
  }
}
