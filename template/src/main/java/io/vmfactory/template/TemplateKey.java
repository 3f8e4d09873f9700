package io.vmfactory.template;

/**
 * Name of a template: SHA-256 over the VM's spec and everything the spec names.
 *
 * @param hex 64 lower-case hex digits
 */
public record TemplateKey(String hex) {
  public TemplateKey {
    if (!hex.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("not a template key (64 lower-case hex digits): " + hex);
    }
  }

  /** The first twelve digits, for people. */
  public String shortened() {
    return hex.substring(0, 12);
  }

  @Override
  public String toString() {
    return hex;
  }
}
