package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.events.Events;
import io.vmfactory.factory.request.Peer;

/** The verbs of the daemon itself. */
final class ControlVerbs implements Control {
  private final GetStatus getStatus;
  private final Shutdown shutdown;
  private final Events events;

  ControlVerbs(GetStatus getStatus, Shutdown shutdown, Events events) {
    this.getStatus = getStatus;
    this.shutdown = shutdown;
    this.events = events;
  }

  @Override
  public Status status(Peer client, Detail detail) {
    return getStatus.run(client, detail);
  }

  @Override
  public void shutdown(AtEnd atEnd, Deadline deadline) {
    shutdown.run(atEnd, deadline);
  }

  @Override
  public Events events() {
    return events;
  }
}
