package io.vmfactory.bench.simulate;

import java.util.Arrays;

/**
 * The times at which requests come.
 *
 * @param name name in reports
 * @param seconds the arrivals, ascending, from 0 to {@code length}
 * @param length duration in seconds, above zero
 */
record Trace(String name, double[] seconds, double length) {
  Trace {
    for (int i = 0; i < seconds.length; i++) {
      boolean inOrder = seconds[i] >= (i == 0 ? 0 : seconds[i - 1]) && seconds[i] <= length;
      if (!inOrder) {
        throw new IllegalArgumentException("arrival %d is out of order".formatted(i));
      }
    }
  }

  /** Returns arrivals per second, over the whole length. */
  double rate() {
    return seconds.length / length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Trace trace
        && name.equals(trace.name)
        && length == trace.length
        && Arrays.equals(seconds, trace.seconds);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(seconds);
  }

  @Override
  public String toString() {
    return "%s: %d arrivals in %.0f s".formatted(name, seconds.length, length);
  }
}
