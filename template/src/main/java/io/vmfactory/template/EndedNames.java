package io.vmfactory.template;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps the promise that a number of a version is never used again, for names that have no version
 * any more. Such a name stays in the book without versions. Of each user's, at most {@link #MOST}
 * stay; of the others only the highest number is kept, under the empty name, and each name that is
 * new to the book begins there.
 */
final class EndedNames {
  /** Most names without versions that are kept of one user. */
  static final int MOST = 1000;

  private EndedNames() {}

  private static TemplateName others(String space) {
    return new TemplateName(space, "");
  }

  /** Returns the number of the first version of a name that is not in the book. */
  static int first(Map<TemplateName, TemplateVersions> book, TemplateName name) {
    TemplateVersions others = book.get(others(name.space()));
    return others == null ? 1 : others.next();
  }

  /** Removes the names without versions that are too many, those with the lowest numbers first. */
  static void bound(Map<TemplateName, TemplateVersions> book) {
    Map<String, Integer> kept = new HashMap<>();
    List<TemplateVersions> highestFirst =
        book.values().stream()
            .filter(TemplateVersions::isEnded)
            .filter(ended -> !ended.name().name().isEmpty())
            .sorted(Comparator.comparingInt(TemplateVersions::next).reversed())
            .toList();
    for (TemplateVersions ended : highestFirst) {
      if (kept.merge(ended.name().space(), 1, Integer::sum) > MOST) {
        book.remove(ended.name());
        book.merge(
            others(ended.name().space()),
            TemplateVersions.ended(others(ended.name().space()), ended.next()),
            (one, other) -> one.next() > other.next() ? one : other);
      }
    }
  }
}
