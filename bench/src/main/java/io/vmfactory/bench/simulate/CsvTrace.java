package io.vmfactory.bench.simulate;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a trace from a file. Each line has the time of an arrival in seconds, ascending from 0, and
 * optionally, after a comma, the number of seconds for which the VM is held. The latter is checked
 * but has no effect, since a pool never gets a VM back. The first line may be a header.
 */
final class CsvTrace {
  /** A year, in seconds. */
  private static final double LONGEST = 365 * 86_400.0;

  private final Path file;
  private final DoubleStream.Builder arrivals = DoubleStream.builder();
  private int line;
  private double last;

  private CsvTrace(Path file) {
    this.file = file;
  }

  /**
   * Reads the trace. It lasts until its last arrival.
   *
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it is not a trace; says in which line and why
   */
  static Trace read(Path file) throws IOException {
    CsvTrace trace = new CsvTrace(file);
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      for (String text; (text = reader.readLine()) != null; ) {
        trace.add(text);
      }
    }
    if (trace.last == 0) {
      throw new IllegalArgumentException(file + ": no arrival after second 0");
    }
    return new Trace(file.getFileName().toString(), trace.arrivals.build().toArray(), trace.last);
  }

  private void add(String text) {
    line++;
    String[] fields = text.split(",", -1);
    Double time = number(fields[0]);
    if (text.isBlank() || (line == 1 && time == null)) {
      return;
    }
    if (time == null) {
      throw wrong("'%s' is not a time in seconds".formatted(fields[0].strip()));
    }
    check(time >= 0 && time <= LONGEST, "a time must be from 0 to a year, in seconds");
    check(time >= last, "is before the arrival above; sort the file by time");
    check(fields.length <= 2, "has %d columns; at most two".formatted(fields.length));
    if (fields.length == 2) {
      Double held = number(fields[1]);
      check(
          held != null && held >= 0,
          "'%s' is not a duration in seconds".formatted(fields[1].strip()));
    }
    last = time;
    arrivals.add(time);
  }

  private void check(boolean holds, String otherwise) {
    if (!holds) {
      throw wrong(otherwise);
    }
  }

  private IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException("%s, line %d: %s".formatted(file, line, what));
  }

  private static @Nullable Double number(String field) {
    try {
      double value = Double.parseDouble(field.strip());
      return Double.isFinite(value) ? value : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }
}
