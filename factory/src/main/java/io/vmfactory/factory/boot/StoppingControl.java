package io.vmfactory.factory.boot;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.app.Control;
import io.vmfactory.factory.app.Status;
import io.vmfactory.factory.events.Events;
import io.vmfactory.factory.request.Peer;

/**
 * A control whose shutdown also ends the daemon.
 *
 * @param control does the work
 * @param stop ends the daemon
 */
record StoppingControl(Control control, StopSignal stop) implements Control {
  @Override
  public Status status(Peer client, Detail detail) {
    return control.status(client, detail);
  }

  @Override
  public void shutdown(AtEnd atEnd, Deadline deadline) {
    control.shutdown(atEnd, deadline);
    stop.ask(atEnd == AtEnd.KEEP_VMS);
  }

  @Override
  public Events events() {
    return control.events();
  }
}
