package io.vmfactory.template;

/**
 * The name of a template: SHA-256 over the VM's spec and everything the spec names.
 *
 * @param hex 64 lower-case hex digits
 */
public record TemplateKey(String hex) {
  public TemplateKey {
    if (!isKey(hex)) {
      throw new IllegalArgumentException("not a template key (64 lower-case hex digits): " + hex);
    }
  }

  /** Whether {@code text} has the form of a key. */
  static boolean isKey(String text) {
    return text.length() == 64 && text.chars().allMatch(c -> "0123456789abcdef".indexOf(c) >= 0);
  }

  /** Returns the first twelve digits, for people. */
  public String shortened() {
    return hex.substring(0, 12);
  }

  @Override
  public String toString() {
    return hex;
  }
}
