package io.vmfactory.template;

import java.time.Duration;

/** Told how a template's build goes on, on the building thread. */
public interface BuildListener {
  /** Step {@code index} (1-based) of {@code count} begins. */
  void began(String step, int index, int count);

  /** The step has ended after {@code span}; {@code detail} is for people and may be empty. */
  void ended(String step, int index, int count, Duration span, String detail);
}
