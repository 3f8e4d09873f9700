package io.vmfactory.factory.routes;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.turns.RestoreTurns;
import io.vmfactory.factory.turns.RestoreTurns.Kind;
import io.vmfactory.factory.turns.Turn;
import io.vmfactory.factory.turns.TurnRefusedException;

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
      return new CustomersTurn(presence, await(turns, deadline));
    } catch (RuntimeException | Error e) {
      presence.close();
      throw e;
    }
  }

  /**
   * Waits for a customer's turn.
   *
   * @throws RequestException with reason {@code EXHAUSTED} when too many wait, {@code
   *     SHUTTING_DOWN} when the daemon stops
   */
  static Turn await(RestoreTurns turns, Deadline deadline) {
    try {
      return turns.await(Kind.CUSTOMER, deadline);
    } catch (TurnRefusedException e) {
      throw e.reason() == TurnRefusedException.Reason.CLOSED
          ? Refusals.shuttingDown()
          : Refusals.exhausted(ErrorText.of(e), e.retryAfter());
    }
  }

  @Override
  public void close() {
    turn.close();
    presence.close();
  }
}
