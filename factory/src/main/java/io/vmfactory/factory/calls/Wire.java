package io.vmfactory.factory.calls;

import com.google.protobuf.Timestamp;
import io.vmfactory.api.v1.Hop;
import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.request.RequestException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Converts single values between the wire and the daemon: durations, times, amounts. Checks what
 * the Java types cannot hold.
 */
public final class Wire {
  private Wire() {}

  public static int unsigned(int uint32) {
    return uint32 < 0 ? Integer.MAX_VALUE : uint32;
  }

  public static Duration span(com.google.protobuf.Duration wire) {
    try {
      return Duration.ofSeconds(wire.getSeconds(), wire.getNanos());
    } catch (ArithmeticException e) {
      throw new RequestException(RequestException.Reason.INVALID, "duration out of range: " + wire);
    }
  }

  public static int micros(Duration span) {
    return (int) Math.min(Integer.MAX_VALUE, span.toNanos() / 1000);
  }

  public static List<Hop> hops(List<Lap> laps) {
    return laps.stream()
        .map(lap -> Hop.newBuilder().setName(lap.name()).setMicros(micros(lap.span())).build())
        .toList();
  }

  public static com.google.protobuf.Duration wire(Duration span) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(span.toSeconds())
        .setNanos(span.toNanosPart())
        .build();
  }

  public static Timestamp at(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  public static String unix(Path socket) {
    return "unix://" + socket;
  }

  public static int kib(long bytes) {
    return count(bytes / 1024);
  }

  /** Returns {@code value} as a uint32, at most the largest one. */
  public static int count(long value) {
    return (int) Math.min(value, 0xffff_ffffL);
  }
}
