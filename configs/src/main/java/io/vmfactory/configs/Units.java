package io.vmfactory.configs;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses and writes values with a unit, for the configuration and the command line: durations
 * ({@code 500ms}, {@code 30s}, {@code 5m}, {@code 24h}, {@code 7d}) and amounts of memory ({@code
 * 64KiB}, {@code 256MiB}, {@code 1GiB}). The number is whole and always has a unit.
 */
public final class Units {
  /** Describes the form of a duration, for messages. */
  public static final String DURATION_FORM =
      "a whole number with ms, s, m, h or d, such as \"30s\"";

  /** Describes the form of an amount of memory, for messages. */
  public static final String BYTES_FORM = "a whole number with KiB, MiB or GiB, such as \"1GiB\"";

  private static final Pattern NUMBER_UNIT = Pattern.compile("(\\d{1,12})\\s*([A-Za-z]+)");
  private static final List<Unit> SPANS =
      List.of(
          new Unit("d", 86_400_000),
          new Unit("h", 3_600_000),
          new Unit("m", 60_000),
          new Unit("s", 1_000),
          new Unit("ms", 1));
  private static final List<Unit> AMOUNTS =
      List.of(new Unit("GiB", 1L << 30), new Unit("MiB", 1L << 20), new Unit("KiB", 1L << 10));

  private record Unit(String name, long factor) {}

  private Units() {}

  /**
   * Returns the duration in {@code text}; empty if the text does not have {@link #DURATION_FORM}.
   */
  public static Optional<Duration> duration(String text) {
    return parse(text, SPANS).map(Duration::ofMillis);
  }

  /**
   * Returns the whole number in {@code text}.
   *
   * @throws IllegalArgumentException with the reason, if it is none or beyond an {@code int}
   */
  public static int wholeNumber(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      String reason =
          text.matches("[+-]?\\d+")
              ? "is out of range: %d..%d".formatted(Integer.MIN_VALUE, Integer.MAX_VALUE)
              : "is not a whole number";
      throw new IllegalArgumentException("'" + text + "' " + reason, e);
    }
  }

  /** Returns the number of bytes in {@code text}; empty if it does not have {@link #BYTES_FORM}. */
  public static Optional<Long> bytes(String text) {
    return parse(text, AMOUNTS);
  }

  /**
   * Returns {@code span} in the largest unit that keeps it whole; drops what is below a
   * millisecond. One that has more milliseconds than a long is shown as the longest that has not.
   */
  public static String text(Duration span) {
    try {
      return format(span.toMillis(), SPANS);
    } catch (ArithmeticException e) {
      return format(span.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE, SPANS);
    }
  }

  /** Returns {@code bytes} in the largest unit that keeps it whole; drops what is below a KiB. */
  public static String text(long bytes) {
    return format(bytes, AMOUNTS);
  }

  private static Optional<Long> parse(String text, List<Unit> units) {
    Matcher matcher = NUMBER_UNIT.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String name = matcher.group(2).toLowerCase(Locale.ROOT);
    return units.stream()
        .filter(unit -> unit.name().toLowerCase(Locale.ROOT).equals(name))
        .findFirst()
        .flatMap(unit -> product(Long.parseLong(matcher.group(1)), unit.factor()));
  }

  /** Returns the product; empty if it is beyond every range, so that it counts as no value. */
  private static Optional<Long> product(long number, long factor) {
    return number > Long.MAX_VALUE / factor ? Optional.empty() : Optional.of(number * factor);
  }

  private static String format(long value, List<Unit> units) {
    Unit smallest = units.get(units.size() - 1);
    Unit unit =
        units.stream()
            .filter(u -> value >= u.factor() && value % u.factor() == 0)
            .findFirst()
            .orElse(smallest);
    return value / unit.factor() + unit.name();
  }
}
