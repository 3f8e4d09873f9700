package io.vmfactory.template;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The versions of one name.
 *
 * @param name the name
 * @param next number of the next version; 1 or more, above all that were there
 * @param current the version that the bare name means; 0 if none exists any more
 * @param versions those that exist, by number
 */
public record TemplateVersions(TemplateName name, int next, int current, List<Version> versions) {
  public TemplateVersions {
    versions = List.copyOf(versions);
  }

  /**
   * A version.
   *
   * @param number 1 or more
   * @param key the template, hex
   */
  public record Version(int number, String key) {}

  /** Returns a name without versions, whose next one has the number {@code next}. */
  static TemplateVersions ended(TemplateName name, int next) {
    return new TemplateVersions(name, next, 0, List.of());
  }

  /** Returns whether all versions were removed. */
  boolean isEnded() {
    return versions.isEmpty();
  }

  /** Returns these with one more, which is the current one. */
  TemplateVersions plus(TemplateKey key) {
    Stream<Version> more =
        Stream.concat(versions.stream(), Stream.of(new Version(next, key.hex())));
    return new TemplateVersions(name, next + 1, next, more.toList());
  }

  /** Returns these with another current one; empty if there is no such version. */
  Optional<TemplateVersions> at(int number) {
    return version(number).map(found -> new TemplateVersions(name, next, number, versions));
  }

  /**
   * Returns these without some of them. If one was the current version, the newest of the others
   * is.
   */
  TemplateVersions minus(List<Version> removed) {
    List<Version> rest = versions.stream().filter(v -> !removed.contains(v)).toList();
    if (rest.isEmpty()) {
      return ended(name, next);
    }
    boolean same = rest.stream().anyMatch(v -> v.number() == current);
    int newest = rest.get(rest.size() - 1).number();
    return new TemplateVersions(name, next, same ? current : newest, rest);
  }

  /** Returns the version with that number; 0 means the current one. */
  public Optional<Version> version(int number) {
    int wanted = number == 0 ? current : number;
    return versions.stream().filter(v -> v.number() == wanted).findFirst();
  }

  /** Returns the version that a template is. */
  public Optional<Version> of(TemplateKey key) {
    return versions.stream().filter(v -> v.key().equals(key.hex())).findFirst();
  }

  /**
   * Returns the versions that are not current, the newest first, without the first {@code keep}.
   */
  public List<Version> old(int keep) {
    return versions.stream()
        .filter(v -> v.number() != current)
        .sorted(Comparator.comparingInt(Version::number).reversed())
        .skip(keep)
        .toList();
  }
}
