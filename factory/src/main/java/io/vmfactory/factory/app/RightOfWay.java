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
 * What one request has while a VM is made for it: the stock's refilling held back, so that it does
 * not take the CPUs the customer waits for, and a customer's turn at the gate. Nothing until {@link
 * #take}. Confined to one thread.
 */
final class RightOfWay implements AutoCloseable {
  private final Stock stock;
  private final RestoreGate gate;
  private @Nullable RefillPause pause;
  private @Nullable Turn turn;

  RightOfWay(Stock stock, RestoreGate gate) {
    this.stock = stock;
    this.gate = gate;
  }

  /**
   * Takes both, once; waits for the turn.
   *
   * @param laps told of "turn"
   * @throws RequestException with reason {@code EXHAUSTED} when too many wait already
   */
  void take(Laps laps, Deadline deadline) {
    if (turn != null) {
      return;
    }
    pause = stock.pause();
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
    if (pause != null) {
      pause.close();
    }
  }
}
