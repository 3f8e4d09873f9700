package io.vmfactory.harness.storm;

import io.vmfactory.api.v1.Template;

/**
 * A version of a named template.
 *
 * @param name without version; empty = no template
 * @param version 0 = unknown, or all versions
 * @param key of what is stored; empty = unknown, or all versions
 */
record StoredTemplate(String name, int version, String key) {
  static final StoredTemplate NONE = new StoredTemplate("", 0, "");

  /** Returns the template that the daemon describes. */
  static StoredTemplate of(Template template) {
    return new StoredTemplate(template.getName(), template.getVersion(), template.getKey());
  }

  /** Returns all versions of a name, or one that is not known yet. */
  static StoredTemplate named(String name) {
    return new StoredTemplate(name, 0, "");
  }

  /** Returns a version whose key is not known. */
  static StoredTemplate version(String name, int version) {
    return new StoredTemplate(name, version, "");
  }

  boolean isNone() {
    return name.isEmpty();
  }

  /** Returns how a request names it. */
  String label() {
    return version == 0 ? name : name + ":" + version;
  }

  /** Returns whether {@code other} is this version, as far as both are known. */
  boolean mayBe(StoredTemplate other) {
    return name.equals(other.name)
        && (version == 0 || other.version == 0 || version == other.version)
        && (key.isEmpty() || other.key.isEmpty() || key.equals(other.key));
  }

  @Override
  public String toString() {
    return key.isEmpty() ? label() : "%s (%.12s)".formatted(label(), key);
  }
}
