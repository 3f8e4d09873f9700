package io.vmfactory.bench;

import io.vmfactory.configs.time.Laps.Lap;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * Samples of named steps, in microseconds, and what is said of them: median and 99th percentile.
 */
final class Figures {
  private static final long LONGEST_MICROS = Duration.ofMinutes(5).toNanos() / 1000;

  private final Map<String, Histogram> steps = new LinkedHashMap<>();

  /** Adds one sample of {@code step}. */
  void add(String step, long micros) {
    steps.computeIfAbsent(step, s -> new Histogram(LONGEST_MICROS, 3)).recordValue(micros);
  }

  /** Adds one sample of each step and of their sum, named {@code total}. */
  void add(List<Lap> laps, String total) {
    laps.forEach(lap -> add(lap.name(), micros(lap.span())));
    add(total, laps.stream().mapToLong(lap -> micros(lap.span())).sum());
  }

  /** Median of a step in microseconds. */
  long median(String step) {
    return percentile(step, 50);
  }

  /** What {@code percent} of 100 samples of a step do not exceed, in microseconds. */
  long percentile(String step, double percent) {
    return steps.get(step).getValueAtPercentile(percent);
  }

  /** A line a step: name, median, 99th percentile, in milliseconds. */
  String table() {
    StringBuilder out = new StringBuilder();
    steps.forEach(
        (step, samples) ->
            out.append(
                "  %-26s %9.2f %9.2f %6d%n"
                    .formatted(
                        step,
                        samples.getValueAtPercentile(50) / 1000.0,
                        samples.getValueAtPercentile(99) / 1000.0,
                        samples.getTotalCount())));
    return out.toString();
  }

  private static long micros(Duration span) {
    return span.toNanos() / 1000;
  }
}
