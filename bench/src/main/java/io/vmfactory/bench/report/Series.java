package io.vmfactory.bench.report;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Times of one kind, in the order they were taken.
 *
 * @param subject whose: a route as the API names it, {@code floor}, or what else the case compares
 * @param name what, among the subject's series of the case
 * @param floor {@link #id} of the series of the same case that this one took turns with, round by
 *     round, and is read as a multiple of; null when there is none
 * @param micros microseconds, one for each round
 */
public record Series(
    String subject,
    String name,
    Boundary boundary,
    @JsonSetter(nulls = Nulls.SET) @Nullable String floor,
    List<Long> micros) {

  /** Subject of what has none of our code: only the machine and QEMU move its times. */
  public static final String FLOOR = "floor";

  public Series {
    micros = List.copyOf(micros);
  }

  /** What it is called within its case. */
  public String id() {
    return id(subject, name);
  }

  /** What {@code percent} of 100 samples do not exceed, in microseconds; 0 without samples. */
  public long percentile(double percent) {
    return Recorder.histogram(micros).getValueAtPercentile(percent);
  }

  static String id(String subject, String name) {
    return subject + ": " + name;
  }
}
