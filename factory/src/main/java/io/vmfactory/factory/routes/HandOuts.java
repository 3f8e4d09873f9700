package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.factory.observe.Observer;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.Route;

/**
 * Begins the hand-out of VMs.
 *
 * @param inFlight the requests under way
 * @param admission gives each VM its place
 * @param routes how VMs are made
 * @param served counts the requests that got one
 * @param observer counts all, with times
 */
public record HandOuts(
    RequestsInFlight inFlight,
    Admission admission,
    Routes routes,
    Served served,
    Observer observer) {

  /**
   * Begins to serve a request on this thread.
   *
   * @throws RequestException with reason {@code SHUTTING_DOWN} when the daemon stops
   */
  public HandOut begin(Verb verb, Deadline deadline) {
    return new HandOut(this, verb, deadline);
  }

  /** Begins to serve a request for several VMs on this thread; throws as {@link #begin}. */
  public GroupHandOut beginGroup(Verb verb, Route route, Deadline deadline) {
    return new GroupHandOut(this, verb, route, deadline);
  }
}
