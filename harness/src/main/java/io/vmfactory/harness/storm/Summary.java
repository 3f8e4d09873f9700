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

  /**
   * Returns the operations on VMs that {@code complaints} name, and all on the daemon, in the order
   * in which they ended; empty if there is no complaint.
   */
  static List<String> concerned(List<Operation> history, List<String> complaints) {
    return history.stream()
        .filter(o -> complaints.stream().anyMatch(c -> o.endsDaemon() || isNamed(o, c)))
        .map(o -> "  " + o)
        .toList();
  }

  private static boolean isNamed(Operation operation, String complaint) {
    return !operation.vm().isEmpty() && complaint.contains(operation.vm());
  }

  /** Returns OK with the route of a VM that was handed out, or the first word of a failure. */
  private static String ending(Operation operation) {
    boolean hasWord = operation.kind() == Kind.KILL_VM || operation.handsOut() || !operation.ok();
    String word = hasWord ? " " + operation.detail().split(" ", 2)[0] : "";
    return operation.endsDaemon() ? operation.outcome().name() : operation.outcome() + word;
  }
}
