package io.vmfactory.harness.storm;

import java.time.Duration;
import java.util.List;

/** The rules for how long operations may take. */
final class TimeRules {
  /** The time that a busy machine may need between the end of a wait and the note of it. */
  static final Duration SLACK = Duration.ofSeconds(5);

  private TimeRules() {}

  /** Each operation has ended by its deadline, in success or failure. */
  static List<String> endsByItsDeadline(List<Operation> history) {
    return history.stream()
        .filter(o -> o.end() > o.allowed() + SLACK.toNanos())
        .map(o -> "%s had to end by %.3f s".formatted(o, o.allowed() / 1e9))
        .toList();
  }
}
