package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.gate.GateException;
import io.vmfactory.factory.gate.RestoreGate;
import io.vmfactory.factory.gate.RestoreGate.Kind;
import io.vmfactory.factory.gate.Turn;
import org.jspecify.annotations.Nullable;

/**
 * What one request has while it is served: its presence among the customers, for whom refilling is
 * held back; and, while a VM is made for it, a customer's turn at the gate. Confined to one thread.
 */
final class RightOfWay implements AutoCloseable {
  private final RestoreGate gate;
  private final Customers.Presence presence;
  private @Nullable Turn turn;

  RightOfWay(Customers customers, RestoreGate gate) {
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
    } catch (GateException e) {
      throw e.reason() == GateException.Reason.CLOSED
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
