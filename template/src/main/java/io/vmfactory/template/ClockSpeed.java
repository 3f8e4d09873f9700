package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.template.TemplateException.Reason;
import java.time.Duration;
import java.util.Locale;

/**
 * How fast a guest's clock runs, by two readings of it. A kernel that misjudges its CPU's time
 * stamp counter at boot (seen on a busy host: a clock 3.64 times too fast) hands its speed on to
 * every clone, so such a guest must not become a template.
 *
 * <p>With first reading 1 and last reading 2, and G the time between them by the guest's clock, the
 * host's time between them is at least {@code lo = sent2 - received1} and at most {@code hi =
 * received2 - sent1}; {@code hi - lo} is the two round trips. The clock is off when
 *
 * <pre>  G > 1.03 * hi   or   G < 0.97 * lo</pre>
 *
 * so an answer that is late, whichever way it is late, makes no right clock a wrong one. The
 * measure says something when the round trips are at most a tenth of the span ({@code hi - lo <= hi
 * / 10}): then each clock is found out that runs more than 1.145 (1.03 / 0.9) or less than 0.873
 * (0.97 * 0.9) times as fast as the host's.
 */
record ClockSpeed(ClockReading first, ClockReading last) {
  /** More than kernels differ that are right: they calibrate to 1 %, and NTP slews by 0.05 %. */
  private static final double TOLERANCE = 0.03;

  private static final int SHARPNESS = 10;

  /**
   * Measures since {@code first}. Asks again while the span is too short for what the answers take:
   * some twenty times when every answer takes the same, not at all when they are a tenth of the
   * span.
   */
  static ClockSpeed since(ClockReading first, GuestAgent agent, Deadline deadline) {
    ClockSpeed speed = new ClockSpeed(first, ClockReading.take(agent, deadline));
    while (!speed.sharp()) {
      speed = new ClockSpeed(first, ClockReading.take(agent, deadline));
    }
    return speed;
  }

  /** Whether the span is long enough to say anything. */
  boolean sharp() {
    return SHARPNESS * roundTrips() <= longest();
  }

  /** Whether the clock is certainly off by more than {@value #TOLERANCE}. */
  boolean off() {
    long guest = guest();
    return guest > (1 + TOLERANCE) * longest() || guest < (1 - TOLERANCE) * shortest();
  }

  /** Throws {@link TemplateException} when the clock is {@link #off}. */
  void require() {
    if (off()) {
      throw new TemplateException(
          Reason.FAILED,
          ("the guest's clock runs %s, and so would that of every clone: its kernel misjudged the"
                  + " CPU's time stamp counter at boot, as happens on a busy host; build again when"
                  + " the host is less loaded, and without tsc=reliable among the kernel's"
                  + " parameters, if it is there")
              .formatted(this));
    }
  }

  /** Guest time for one unit of host time, as good as is known. */
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

  /** For people: the factor, how vague it is, and over which span it was measured. */
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
