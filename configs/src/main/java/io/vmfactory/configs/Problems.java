package io.vmfactory.configs;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong with one configuration, so that all of it is reported at once. */
final class Problems {
  private static final int NOWHERE = 0;

  private final String source;
  private final List<Problem> all = new ArrayList<>();

  private record Problem(int line, String message) {}

  /**
   * @param source the name of the file, or a word that stands for one
   */
  Problems(String source) {
    this.source = source;
  }

  void add(int line, String message) {
    all.add(new Problem(line, message));
  }

  /** Adds a problem that belongs to no line. */
  void add(String message) {
    add(NOWHERE, message);
  }

  /**
   * Throws a {@link ConfigException} if there are problems; lists them in the order of the file.
   */
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
