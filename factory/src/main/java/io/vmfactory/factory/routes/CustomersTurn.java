package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.turns.RestoreTurns;
import io.vmfactory.factory.turns.Turn;

/** A turn of a request, which counts as a customer until it is closed. */
final class CustomersTurn implements AutoCloseable {
  private final Customers.Presence presence;
  private final Turn turn;

  private CustomersTurn(Customers.Presence presence, Turn turn) {
    this.presence = presence;
    this.turn = turn;
  }

  static CustomersTurn await(Customers customers, RestoreTurns turns, Deadline deadline) {
    Customers.Presence presence = customers.enter();
    try {
      return new CustomersTurn(presence, TurnRequest.await(turns, deadline));
    } catch (RuntimeException | Error e) {
      presence.close();
      throw e;
    }
  }

  @Override
  public void close() {
    turn.close();
    presence.close();
  }
}
