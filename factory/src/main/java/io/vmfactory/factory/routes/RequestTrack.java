package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.request.Route;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request from its entry among those under way until it is counted, with how it ended. Confined
 * to one thread.
 */
final class RequestTrack {
  private final HandOuts parts;
  private final Verb verb;
  private final long begun = System.nanoTime();
  private final RequestsInFlight.Entry entry;
  private @Nullable Throwable failure;

  /** Enters a request; counts it as failed if it is refused. */
  RequestTrack(HandOuts parts, Verb verb) {
    this.parts = parts;
    this.verb = verb;
    try {
      entry = parts.inFlight().enter();
    } catch (RuntimeException e) {
      parts.observer().failed(verb, e, sinceBegun());
      throw e;
    }
  }

  /**
   * The request fails with {@code cause}.
   *
   * @return what to throw
   */
  RuntimeException failed(Throwable cause) {
    failure = cause instanceof RuntimeException e ? entry.explain(e) : cause;
    if (failure instanceof Error error) {
      throw error;
    }
    return (RuntimeException) failure;
  }

  /** Takes the request out of those under way, after {@code last} has given back what it holds. */
  void leave(Runnable last) {
    try (RequestsInFlight.Entry left = entry) {
      last.run();
    }
  }

  /** Counts the request, and the VMs that {@code route} gave it. */
  void countServed(Route route, int vms, List<Lap> hops) {
    for (int i = 0; i < vms; i++) {
      parts.served().count(route);
    }
    parts.observer().served(verb, route.name(), hops, sinceBegun());
  }

  /** Counts the request as failed, if it has failed. */
  void countFailed() {
    if (failure != null) {
      parts.observer().failed(verb, failure, sinceBegun());
    }
  }

  private Duration sinceBegun() {
    return Duration.ofNanos(System.nanoTime() - begun);
  }
}
