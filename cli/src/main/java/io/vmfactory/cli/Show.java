package io.vmfactory.cli;

import io.vmfactory.configs.host.HostText;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Formats single values for the user. */
final class Show {
  private static final int SHORT_NAME = 12;

  /**
   * Control characters and invisible format characters, such as those that change the writing
   * direction.
   */
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}]");

  private Show() {}

  /** Returns the first digits of a long hexadecimal name: enough to identify it. */
  static String shortened(String name) {
    return name.length() <= SHORT_NAME ? name : name.substring(0, SHORT_NAME);
  }

  /**
   * Returns foreign text without the characters that control a terminal; a byte that is not UTF-8
   * becomes {@code \\xff}.
   */
  static String harmless(String text) {
    return CONTROL.matcher(HostText.shown(text).replace('\t', ' ')).replaceAll("\uFFFD");
  }

  /** Returns {@code line}, or its beginning and an ellipsis if it has more than {@code columns}. */
  static String cut(String line, int columns) {
    return line.length() <= columns ? line : line.substring(0, Math.max(0, columns - 1)) + "…";
  }

  /** Returns foreign text in one line, its lines joined by {@code |}. */
  static String oneLine(String text) {
    return text.lines()
        .map(line -> harmless(line).strip())
        .filter(line -> !line.isEmpty())
        .collect(Collectors.joining(" | "));
  }

  /** Formats memory in the unit that leaves one to four digits: {@code 34.5 MiB}. */
  static String kib(long kib) {
    if (kib < 1024) {
      return kib + " KiB";
    }
    return kib < 1024 * 1024 ? decimal(kib / 1024.0) + " MiB" : decimal(kib / 1048576.0) + " GiB";
  }

  /** Formats a measured time: {@code 43.1 ms}, {@code 2.40 s}. */
  static String micros(long micros) {
    return micros < 1_000_000
        ? decimal(micros / 1000.0) + " ms"
        : String.format(Locale.ROOT, "%.2f s", micros / 1e6);
  }

  /** Formats a duration in its largest unit: {@code 5m}. */
  static String span(Duration span) {
    long seconds = Math.max(0, span.toSeconds());
    if (seconds < 120) {
      return seconds + "s";
    }
    if (seconds < 7200) {
      return seconds / 60 + "m";
    }
    return seconds < 172_800 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
  }

  /** Parses a duration of proto3 JSON, such as {@code 1.500s}. An empty text is zero. */
  static Duration span(String proto) {
    if (proto.isEmpty()) {
      return Duration.ZERO;
    }
    BigDecimal seconds = new BigDecimal(proto.substring(0, proto.length() - 1));
    return Duration.ofNanos(seconds.movePointRight(9).longValue());
  }

  /** Formats a fraction as a percentage: {@code 99.1 %}; empty for none. */
  static String percent(OptionalDouble share) {
    return share.isEmpty() ? "" : decimal(share.getAsDouble() * 100) + " %";
  }

  /** Formats a duration for proto3 JSON: seconds with a fraction, {@code 1.500s}. */
  static String proto(Duration span) {
    return String.format(Locale.ROOT, "%d.%03ds", span.toSeconds(), span.toMillisPart());
  }

  /** Returns how long ago an RFC 3339 time was; empty for an empty time. */
  static String age(String time, Instant now) {
    return time.isEmpty() ? "" : span(Duration.between(Instant.parse(time), now));
  }

  /** Returns how long it is until an RFC 3339 time; empty for an empty time. */
  static String until(String time, Instant now) {
    return time.isEmpty() ? "" : span(Duration.between(now, Instant.parse(time)));
  }

  /** Formats the hops of a reply: their sum, then each. */
  static String hops(List<JsonValue> hops) {
    long sum = hops.stream().mapToLong(hop -> hop.number("micros")).sum();
    return micros(sum)
        + hops.stream()
            .map(hop -> hop.text("name") + " " + micros(hop.number("micros")))
            .collect(Collectors.joining(", ", " = ", ""));
  }

  /** Formats a size: {@code 2 vCPUs, 384 MiB}. */
  static String size(JsonValue sized) {
    long vcpus = sized.number("vcpus");
    return vcpus + (vcpus == 1 ? " vCPU, " : " vCPUs, ") + sized.number("memoryMib") + " MiB";
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
