package io.vmfactory.template;

import java.time.Duration;

/** Receives the progress of a template's build, on the building thread. */
public interface BuildListener {
  /** Step {@code index} (1-based) of {@code count} begins. */
  void began(String step, int index, int count);

  /**
   * Step {@code index} has ended after {@code span}; {@code detail} is for people and may be empty.
   */
  void ended(String step, int index, int count, Duration span, String detail);
}
