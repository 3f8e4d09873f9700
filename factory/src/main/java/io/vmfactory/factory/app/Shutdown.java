package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.app.Events.Kind;
import io.vmfactory.factory.app.UseCases.Nothing;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Refuses new work, calls off what is under way, ends the leased VMs; asked with true, leaves those
 * running. All VMs that end are gone when it returns. A second call only waits for that.
 */
final class Shutdown implements UseCase<Boolean, Nothing> {
  private final AtomicBoolean told = new AtomicBoolean();
  private final InFlight inFlight;
  private final LeaseBook leases;
  private final Admission admission;
  private final EventBus events;

  Shutdown(InFlight inFlight, LeaseBook leases, Admission admission, EventBus events) {
    this.inFlight = inFlight;
    this.leases = leases;
    this.admission = admission;
    this.events = events;
  }

  @Override
  public Nothing run(Boolean keepVms, Deadline deadline) {
    if (told.compareAndSet(false, true)) {
      events.emit(Kind.SHUTTING_DOWN, "", "", "", keepVms ? "VMs are kept" : "");
    }
    var idle = inFlight.close();
    leases.close(keepVms);
    deadline.await(idle, "requests under way to end");
    deadline.await(admission.empty(), "the VMs to end");
    return Nothing.NOTHING;
  }
}
