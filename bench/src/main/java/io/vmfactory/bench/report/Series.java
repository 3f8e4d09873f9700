package io.vmfactory.bench.report;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Times of one kind, in the order in which they were taken.
 *
 * @param subject what was measured: a route as the API names it, {@code floor}, or another thing
 *     that the case compares
 * @param name name among the subject's series of the case
 * @param floor {@link #id} of the series of the same case whose rounds alternated with those of
 *     this one, and of which this one is read as a multiple; null if there is none
 * @param micros microseconds, one value per round
 */
public record Series(
    String subject,
    String name,
    Boundary boundary,
    @JsonSetter(nulls = Nulls.SET) @Nullable String floor,
    List<Long> micros) {

  /** Subject of times without any of our code: only the machine and QEMU influence them. */
  public static final String FLOOR = "floor";

  public Series {
    micros = List.copyOf(micros);
  }

  /** Returns the name of the series within its case. */
  public String id() {
    return id(subject, name);
  }

  /**
   * Returns the value, in microseconds, that {@code percent} of 100 samples do not exceed; 0
   * without samples.
   */
  public long percentile(double percent) {
    return Recorder.histogram(micros).getValueAtPercentile(percent);
  }

  static String id(String subject, String name) {
    return subject + ": " + name;
  }
}
