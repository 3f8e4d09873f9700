package io.vmfactory.factory.turns;

import java.time.Duration;

/**
 * A consistent snapshot of {@link RestoreTurns}.
 *
 * @param limit most turns at the same time
 * @param customers turns that customers have
 * @param refills turns that refill has
 * @param customersWaiting customers in the queue
 * @param refillsWaiting refills in the queue
 * @param maxWaiting most customers in the queue
 * @param meanTurn mean time of a turn, recent ones count more; one second before the first
 */
public record TurnStats(
    int limit,
    int customers,
    int refills,
    int customersWaiting,
    int refillsWaiting,
    int maxWaiting,
    Duration meanTurn) {
  /** Returns the number of turns in use. */
  public int inFlight() {
    return customers + refills;
  }

  /**
   * Returns an estimate of how long a customer who asks now would wait: with all turns in use, one
   * becomes free every {@code meanTurn / limit}.
   */
  public Duration expectedWait() {
    return inFlight() < limit
        ? Duration.ZERO
        : meanTurn.multipliedBy(customersWaiting + 1L).dividedBy(limit);
  }
}
