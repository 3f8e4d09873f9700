package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.gate.GateException;
import io.vmfactory.factory.gate.RestoreGate;
import io.vmfactory.factory.gate.RestoreGate.Kind;
import io.vmfactory.factory.gate.Turn;
import io.vmfactory.factory.stock.Stock;
import io.vmfactory.pool.RefillPause;
import org.jspecify.annotations.Nullable;

/**
 * What one request has while it is served: the stock's refilling held back, so that what it takes
 * off the stock is not replaced on the CPUs that it needs itself; and, while a VM is made for it, a
 * customer's turn at the gate. Confined to one thread.
 */
final class RightOfWay implements AutoCloseable {
  private final RestoreGate gate;
  private final RefillPause pause;
  private @Nullable Turn turn;

  /** Holds back refilling until it is closed. */
  RightOfWay(Stock stock, RestoreGate gate) {
    this.pause = stock.pause();
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
    pause.close();
  }
}
