package io.vmfactory.factory.templates;

import io.vmfactory.factory.request.Refusals;
import io.vmfactory.template.TemplateInfo;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds a template by its key or the beginning of its key. */
public final class TemplateNames {
  private static final Pattern PREFIX = Pattern.compile("[0-9a-f]{8,64}");

  private final KnownTemplates templates;

  public TemplateNames(KnownTemplates templates) {
    this.templates = templates;
  }

  /**
   * Returns the only template whose key begins with {@code prefix}, which has 8 to 64 hex digits.
   *
   * @throws RequestException if the prefix is malformed, or fits no template or several
   */
  public TemplateInfo resolve(String prefix) {
    if (!PREFIX.matcher(prefix).matches()) {
      throw Refusals.invalid(
          "template key: 8 to 64 lower-case hex digits are needed; vmfactory status lists them");
    }
    List<TemplateInfo> found =
        templates
            .find(all -> named(all, prefix))
            .orElseThrow(
                () ->
                    Refusals.notFound(
                        "no template %s: vmfactory status lists them".formatted(prefix)));
    if (found.size() > 1) {
      throw Refusals.invalid(
          "template key %s fits %d templates: give more digits".formatted(prefix, found.size()));
    }
    return found.get(0);
  }

  private static Optional<List<TemplateInfo>> named(List<TemplateInfo> all, String prefix) {
    List<TemplateInfo> found = all.stream().filter(t -> t.key().hex().startsWith(prefix)).toList();
    return found.isEmpty() ? Optional.empty() : Optional.of(found);
  }
}
