package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.template.TemplateException.Reason;
import java.time.Duration;
import java.util.Locale;

/**
 * The speed of a guest's clock, from two readings of it. If a kernel misjudges its CPU's time stamp
 * counter at boot (seen on a busy host: a clock 3.64 times too fast), every clone inherits its
 * speed. So such a guest must not become a template.
 *
 * <p>With first reading 1 and last reading 2, and G the time between them by the guest's clock, the
 * host's time between them is at least {@code lo = sent2 - received1} and at most {@code hi =
 * received2 - sent1}; {@code hi - lo} is the sum of the two round trips. The clock is wrong if
 *
 * <pre>  G > 1.03 * hi   or   G < 0.97 * lo</pre>
 *
 * so a late answer never makes a right clock look wrong. The measurement is sharp if the round
 * trips are at most a tenth of the span ({@code hi - lo <= hi / 10}). Then it finds every clock
 * that runs more than 1.145 (1.03 / 0.9) or less than 0.873 (0.97 * 0.9) times as fast as the
 * host's.
 */
record ClockSpeed(ClockReading first, ClockReading last) {
  /**
   * More than the differences between right clocks: kernels calibrate to 1 %, and NTP slews by 0.05
   * %.
   */
  private static final double TOLERANCE = 0.03;

  private static final int SHARPNESS = 10;

  /**
   * Measures the speed since {@code first}. Asks again while the span is too short in proportion to
   * the round trips: some twenty times if every answer takes the same time, not at all if the
   * answers take a tenth of the span.
   */
  static ClockSpeed since(ClockReading first, GuestAgent agent, Deadline deadline) {
    ClockSpeed speed = new ClockSpeed(first, ClockReading.take(agent, deadline));
    while (!speed.sharp()) {
      speed = new ClockSpeed(first, ClockReading.take(agent, deadline));
    }
    return speed;
  }

  /** Whether the span is long enough for a result. */
  boolean sharp() {
    return SHARPNESS * roundTrips() <= longest();
  }

  /** Whether the clock is certainly wrong by more than {@value #TOLERANCE}. */
  boolean off() {
    long guest = guest();
    return guest > (1 + TOLERANCE) * longest() || guest < (1 - TOLERANCE) * shortest();
  }

  /** Throws a {@link TemplateException} if the clock is {@link #off}. */
  void require() {
    if (off()) {
      throw new TemplateException(
          Reason.FAILED,
          ("the guest's clock runs %s, and so would that of every clone: its kernel misjudged the"
                  + " CPU's time stamp counter at boot, as happens on a busy host; build again when"
                  + " the host is less loaded, and remove tsc=reliable from the kernel's"
                  + " parameters if it is there")
              .formatted(this));
    }
  }

  /** Returns guest time per unit of host time, as exactly as it is known. */
  double factor() {
    return guest() / middle();
  }

  private long guest() {
    return Duration.between(first.guest(), last.guest()).toNanos();
  }

  private long shortest() {
    return last.sent() - first.received();
  }

  private long longest() {
    return last.received() - first.sent();
  }

  private double middle() {
    return (shortest() + longest()) / 2.0;
  }

  private long roundTrips() {
    return first.roundTrip() + last.roundTrip();
  }

  /** Returns, for people, the factor, its uncertainty, and the span over which it was measured. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%.3f times as fast as the host's (within %.1f %%, over %.2f s)",
        factor(),
        50.0 * roundTrips() / middle(),
        middle() / 1e9);
  }
}
