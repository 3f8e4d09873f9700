package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.gate.RestoreTurns;
import io.vmfactory.factory.gate.RestoreTurns.Kind;
import io.vmfactory.factory.gate.Turn;
import io.vmfactory.factory.gate.TurnRefusedException;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.RequestException;
import org.jspecify.annotations.Nullable;

/**
 * What one request has while it is served: its presence among the customers, for whom refilling is
 * held back; and, while a VM is made for it, a customer's turn at the gate. Confined to one thread.
 */
public final class RightOfWay implements AutoCloseable {
  private final RestoreTurns gate;
  private final Customers.Presence presence;
  private @Nullable Turn turn;

  public RightOfWay(Customers customers, RestoreTurns gate) {
    this.presence = customers.enter();
    this.gate = gate;
  }

  /**
   * Takes a turn, once; waits for it.
   *
   * @param laps told of "turn"
   * @throws RequestException with reason {@code EXHAUSTED} when too many wait already
   */
  void take(Laps laps, Deadline deadline) {
    if (turn != null) {
      return;
    }
    try {
      turn = gate.await(Kind.CUSTOMER, deadline);
    } catch (TurnRefusedException e) {
      throw e.reason() == TurnRefusedException.Reason.CLOSED
          ? Refusals.shuttingDown()
          : Refusals.exhausted(e.getMessage(), e.retryAfter());
    }
    laps.lap("turn");
  }

  @Override
  public void close() {
    if (turn != null) {
      turn.close();
    }
    presence.close();
  }
}
