package io.vmfactory.factory.gate;

import java.time.Duration;

/**
 * A consistent snapshot of a {@link RestoreTurns}.
 *
 * @param limit most turns at once
 * @param customers turns that customers have
 * @param refills turns that refill has
 * @param customersWaiting customers in line
 * @param refillsWaiting refills in line
 * @param maxWaiting most customers in line
 * @param meanTurn mean time of a turn, the recent ones weighing more; one second before the first
 */
public record TurnStats(
    int limit,
    int customers,
    int refills,
    int customersWaiting,
    int refillsWaiting,
    int maxWaiting,
    Duration meanTurn) {
  /** Turns that somebody has. */
  public int inFlight() {
    return customers + refills;
  }

  /**
   * How long a customer who came now would wait, as an estimate: with all turns taken, one is given
   * back every {@code meanTurn / limit}.
   */
  public Duration expectedWait() {
    return inFlight() < limit
        ? Duration.ZERO
        : meanTurn.multipliedBy(customersWaiting + 1L).dividedBy(limit);
  }
}
