package io.vmfactory.harness.storm;

import java.time.Duration;
import java.util.List;

/** How long anything may take. */
final class TimeRules {
  /** What a busy machine may add between the end of a wait and the note of it. */
  static final Duration SLACK = Duration.ofSeconds(5);

  private TimeRules() {}

  /** Nothing is stuck: each operation has ended, one way or another, by its deadline. */
  static List<String> endsByItsDeadline(List<Operation> history) {
    return history.stream()
        .filter(o -> o.end() > o.allowed() + SLACK.toNanos())
        .map(o -> "%s was to end by %.3f s".formatted(o, o.allowed() / 1e9))
        .toList();
  }
}
