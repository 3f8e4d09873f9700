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
 * @param current the version that the bare name means
 * @param versions those that exist, at least one, by number
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

  /** Returns a new name with one version. */
  static TemplateVersions first(TemplateName name, TemplateKey key) {
    return new TemplateVersions(name, 2, 1, List.of(new Version(1, key.hex())));
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
   * Returns these without a template; empty if none is left. If it was the current version, the
   * newest of the others is.
   */
  Optional<TemplateVersions> minus(TemplateKey key) {
    List<Version> rest = versions.stream().filter(v -> !v.key().equals(key.hex())).toList();
    if (rest.isEmpty()) {
      return Optional.empty();
    }
    boolean same = rest.stream().anyMatch(v -> v.number() == current);
    int newest = rest.get(rest.size() - 1).number();
    return Optional.of(new TemplateVersions(name, next, same ? current : newest, rest));
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
