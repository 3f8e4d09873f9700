package io.vmfactory.configs;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What is wrong with one configuration, collected so that it can be told at once. */
final class Problems {
  private static final int NOWHERE = 0;

  private final String source;
  private final List<Problem> all = new ArrayList<>();

  private record Problem(int line, String message) {}

  /**
   * @param source the file's name, or what stands in for one
   */
  Problems(String source) {
    this.source = source;
  }

  void add(int line, String message) {
    all.add(new Problem(line, message));
  }

  /** Adds one that belongs to no line. */
  void add(String message) {
    add(NOWHERE, message);
  }

  /** Throws when there are any, in the order of the file. */
  void throwIfAny() {
    if (!all.isEmpty()) {
      throw new ConfigException(
          all.stream().sorted(Comparator.comparingInt(Problem::line)).map(this::text).toList());
    }
  }

  private String text(Problem problem) {
    String place = problem.line() == NOWHERE ? source : source + ":" + problem.line();
    return place + ": " + problem.message();
  }
}
