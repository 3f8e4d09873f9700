package io.vmfactory.template;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which templates have which names. Thread-safe. */
public interface Names {
  /** Whether names were written down before: otherwise, nothing is known about any template. */
  boolean exists();

  /** Returns all names that have versions, in order. */
  List<TemplateVersions> all();

  /** Returns the versions of a name. */
  default Optional<TemplateVersions> find(TemplateName name) {
    return all().stream().filter(one -> one.name().equals(name)).findFirst();
  }

  /** Returns the name that a template has. */
  default Optional<TemplateVersions> nameOf(TemplateKey key) {
    return all().stream().filter(one -> one.of(key).isPresent()).findFirst();
  }

  /** Makes each key the next version of its name, and the current one, all in one step. */
  void addAll(Map<TemplateName, TemplateKey> keys);

  /** Makes {@code key} the next version of a name, and the current one. */
  default void add(TemplateName name, TemplateKey key) {
    addAll(Map.of(name, key));
  }

  /**
   * Makes another version the current one.
   *
   * @throws TemplateException with reason {@code NOT_FOUND} if there is no such name or version
   */
  void rollBack(TemplateName name, int version);

  /**
   * Removes these versions of a name; later ones stay. The numbers are not used again, also if the
   * name has no version any more.
   */
  void forget(TemplateVersions versions);

  /** Removes a template from its name. Does nothing if it has none. */
  void remove(TemplateKey key);
}
