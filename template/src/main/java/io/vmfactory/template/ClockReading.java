package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import java.time.Instant;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * One reading of a guest's clock. The guest read it at some moment between {@code sent} and {@code
 * received}; no more is known.
 *
 * @param guest what the guest's clock showed
 * @param sent monotonic time of the host before the question, in ns
 * @param received monotonic time of the host after the answer, in ns
 */
record ClockReading(Instant guest, long sent, long received) {
  private static final int TRIES = 3;

  /** Asks the guest for its time; throws what {@link GuestAgent} throws. */
  static ClockReading take(GuestAgent agent, Deadline deadline) {
    long sent = System.nanoTime();
    Instant guest = agent.identity(0, deadline).clock();
    return new ClockReading(guest, sent, System.nanoTime());
  }

  /**
   * Returns the quickest of a few readings, so that one late answer does not make the measurement
   * vague.
   */
  static ClockReading quickest(GuestAgent agent, Deadline deadline) {
    return Stream.generate(() -> take(agent, deadline))
        .limit(TRIES)
        .min(Comparator.comparingLong(ClockReading::roundTrip))
        .orElseThrow();
  }

  /** Returns how long the answer took, in ns. */
  long roundTrip() {
    return received - sent;
  }
}
