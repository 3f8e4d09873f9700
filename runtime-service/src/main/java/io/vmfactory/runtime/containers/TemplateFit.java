package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.WaitingContainer;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether a container of a template can stand for a new one.
 *
 * @param container the id of the one that can; null = none
 * @param reason why none can; empty if one can
 */
record TemplateFit(@Nullable String container, String reason) {
  private static final int MOST_PATHS = 8;

  /** Compares the containers of a template with a new one. */
  static TemplateFit of(List<WaitingContainer> waiting, TemplateUse wanted) {
    if (!wanted.changing().isEmpty()) {
      return new TemplateFit(
          null, "mounts%s: their content follows the host's".formatted(wanted.changing()));
    }
    Optional<Compared> nearest =
        waiting.stream()
            .map(it -> new Compared(it.id(), it.shape().differences(wanted.shape())))
            .min(Comparator.comparingInt((Compared it) -> it.paths.size()));
    if (nearest.isEmpty()) {
      return new TemplateFit(null, "it has no container whose program can be chosen");
    }
    SortedSet<String> paths = nearest.get().paths;
    return paths.isEmpty()
        ? new TemplateFit(nearest.get().id, "")
        : new TemplateFit(null, "its container differs: " + text(paths));
  }

  private record Compared(String id, SortedSet<String> paths) {}

  private static String text(SortedSet<String> paths) {
    String first = paths.stream().limit(MOST_PATHS).collect(Collectors.joining(", "));
    return paths.size() > MOST_PATHS
        ? "%s and %d more".formatted(first, paths.size() - MOST_PATHS)
        : first;
  }
}
