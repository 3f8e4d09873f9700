package io.vmfactory.harness.storm;

import io.vmfactory.harness.storm.Operation.Kind;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Summarises a history for people: a storm in which nothing happened proves nothing. */
final class Summary {
  private Summary() {}

  /**
   * Returns a line for each kind of operation, with counts of how it ended; then routes and
   * restarts.
   */
  static List<String> lines(List<Operation> history) {
    Map<Kind, Map<String, Long>> counts = new TreeMap<>();
    for (Operation operation : history) {
      counts
          .computeIfAbsent(operation.kind(), kind -> new TreeMap<>())
          .merge(ending(operation), 1L, Long::sum);
    }
    List<String> lines =
        counts.entrySet().stream()
            .map(kind -> "  %-15s %s".formatted(kind.getKey(), kind.getValue()))
            .collect(Collectors.toList());
    history.stream()
        .filter(Operation::endsDaemon)
        .forEach(o -> lines.add("  %s: %s".formatted(o.kind(), o.detail())));
    return lines;
  }

  /** Returns OK with the route of a VM that was handed out, or the first word of a failure. */
  private static String ending(Operation operation) {
    boolean hasWord = operation.kind() == Kind.KILL_VM || operation.handsOut() || !operation.ok();
    String word = hasWord ? " " + operation.detail().split(" ", 2)[0] : "";
    return operation.endsDaemon() ? operation.outcome().name() : operation.outcome() + word;
  }
}
