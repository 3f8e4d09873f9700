package io.vmfactory.template;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import java.time.Instant;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * One look at a guest's clock. The guest read it at some moment between {@code sent} and {@code
 * received}; more is not known.
 *
 * @param guest what the guest's clock showed
 * @param sent host's monotonic time before the question, ns
 * @param received host's monotonic time after the answer, ns
 */
record ClockReading(Instant guest, long sent, long received) {
  private static final int TRIES = 3;

  /** Asks the guest now; throws what {@link GuestAgent} throws. */
  static ClockReading take(GuestAgent agent, Deadline deadline) {
    long sent = System.nanoTime();
    Instant guest = agent.identity(0, deadline).clock();
    return new ClockReading(guest, sent, System.nanoTime());
  }

  /** The quickest of a few: one answer that is late by chance makes no measurement vague. */
  static ClockReading quickest(GuestAgent agent, Deadline deadline) {
    return Stream.generate(() -> take(agent, deadline))
        .limit(TRIES)
        .min(Comparator.comparingLong(ClockReading::roundTrip))
        .orElseThrow();
  }

  /** How long the answer took, ns. */
  long roundTrip() {
    return received - sent;
  }
}
