package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.app.UseCases.Nothing;
import io.vmfactory.factory.events.EventBus;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.gate.RestoreTurns;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.routes.Admission;
import io.vmfactory.factory.routes.RequestsInFlight;
import io.vmfactory.factory.stock.Stock;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Refuses new work, calls off what is under way, ends the VMs on stock and the leased ones; asked
 * with true, leaves those running, and on stock those that are complete. All VMs that end are gone
 * when it returns. A second call only waits for that.
 */
final class Shutdown implements UseCase<Boolean, Nothing> {
  private final AtomicBoolean told = new AtomicBoolean();
  private final Doors doors;
  private final Stock stock;
  private final LeaseBook leases;
  private final Admission admission;
  private final EventBus events;

  /**
   * What work has to come through.
   *
   * @param recovered completes when nothing of an earlier daemon is left to take over
   */
  record Doors(RequestsInFlight inFlight, RestoreTurns gate, CompletionStage<Void> recovered) {}

  Shutdown(Doors doors, Stock stock, LeaseBook leases, Admission admission, EventBus events) {
    this.doors = doors;
    this.stock = stock;
    this.leases = leases;
    this.admission = admission;
    this.events = events;
  }

  @Override
  public Nothing run(Boolean keepVms, Deadline deadline) {
    if (told.compareAndSet(false, true)) {
      events.emit(Kind.SHUTTING_DOWN, "", "", "", keepVms ? "VMs are kept" : "");
    }
    var idle = doors.inFlight().close();
    doors.gate().close();
    deadline.await(doors.recovered(), "VMs of an earlier daemon to be taken over");
    var emptied = stock.close(keepVms);
    leases.close(keepVms);
    deadline.await(idle, "requests under way to end");
    deadline.await(emptied, "the VMs on stock to end");
    deadline.await(admission.empty(), "the VMs to end");
    return Nothing.NOTHING;
  }
}
