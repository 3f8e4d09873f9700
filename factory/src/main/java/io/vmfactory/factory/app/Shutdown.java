package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.events.EventBus;
import io.vmfactory.factory.events.Events.Kind;
import io.vmfactory.factory.lease.LeaseBook;
import io.vmfactory.factory.lease.SuspendedLeases;
import io.vmfactory.factory.routes.Admission;
import io.vmfactory.factory.routes.RequestsInFlight;
import io.vmfactory.factory.stock.Stock;
import io.vmfactory.factory.turns.RestoreTurns;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/** Stops the daemon's work, see {@link Control#shutdown}. */
final class Shutdown {
  private final AtomicBoolean begun = new AtomicBoolean();
  private final RequestsInFlight inFlight;
  private final RestoreTurns turns;
  private final CompletionStage<Void> recovered;
  private final Stock stock;
  private final LeaseBook leases;
  private final SuspendedLeases suspended;
  private final Admission admission;
  private final EventBus events;

  /**
   * @param recovered completes when nothing of an earlier daemon is left to take over
   */
  Shutdown(
      RequestsInFlight inFlight,
      RestoreTurns turns,
      CompletionStage<Void> recovered,
      Stock stock,
      LeaseBook leases,
      SuspendedLeases suspended,
      Admission admission,
      EventBus events) {
    this.inFlight = inFlight;
    this.turns = turns;
    this.recovered = recovered;
    this.stock = stock;
    this.leases = leases;
    this.suspended = suspended;
    this.admission = admission;
    this.events = events;
  }

  void run(Control.AtEnd atEnd, Deadline deadline) {
    boolean keepVms = atEnd == Control.AtEnd.KEEP_VMS;
    if (begun.compareAndSet(false, true)) {
      events.emit(Kind.SHUTTING_DOWN, "", "", "", keepVms ? "VMs are kept" : "");
    }
    var idle = inFlight.close();
    turns.close();
    deadline.await(recovered, "VMs of an earlier daemon to be taken over");
    var emptied = stock.close(keepVms);
    leases.close(keepVms);
    suspended.close();
    deadline.await(idle, "requests under way to end");
    deadline.await(emptied, "the VMs on stock to end");
    deadline.await(admission.empty(), "the VMs to end");
  }
}
