package io.vmfactory.factory.routes;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.turns.RestoreTurns;
import io.vmfactory.factory.turns.RestoreTurns.Kind;
import io.vmfactory.factory.turns.Turn;
import io.vmfactory.factory.turns.TurnRefusedException;

/** Waits for the turns of requests. */
public final class TurnRequest {
  private TurnRequest() {}

  /**
   * Waits for a customer's turn.
   *
   * @throws io.vmfactory.factory.request.RequestException with reason {@code EXHAUSTED} when too
   *     many wait, {@code SHUTTING_DOWN} when the daemon stops
   */
  public static Turn await(RestoreTurns turns, Deadline deadline) {
    try {
      return turns.await(Kind.CUSTOMER, deadline);
    } catch (TurnRefusedException e) {
      throw e.reason() == TurnRefusedException.Reason.CLOSED
          ? Refusals.shuttingDown()
          : Refusals.exhausted(ErrorText.of(e), e.retryAfter());
    }
  }
}
