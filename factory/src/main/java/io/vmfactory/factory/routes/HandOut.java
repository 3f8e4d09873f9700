package io.vmfactory.factory.routes;

import static java.util.Objects.requireNonNull;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.observe.Observer.Verb;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.vm.HostedVm;
import org.jspecify.annotations.Nullable;

/**
 * One request for a VM while it is served, with all that it holds: its entry among the requests
 * under way, a place for its VM, and its way along the routes. Confined to one thread.
 *
 * <p>Life: {@link #admit}; {@link #next} and {@link #leave} until a VM is the customer's; then
 * {@link #served}, or {@link #failed} with what went wrong; {@link #close}, which gives back what
 * the request still holds and counts how it ended.
 */
public final class HandOut implements AutoCloseable {
  private final HandOuts parts;
  private final Deadline deadline;
  private final Laps laps = new Laps();
  private final RequestTrack track;
  private Admission.@Nullable Place place;
  private @Nullable RouteWalk walk;
  private @Nullable GrantedVm granted;

  HandOut(HandOuts parts, Verb verb, Deadline deadline) {
    this.parts = parts;
    this.deadline = deadline;
    this.track = new RequestTrack(parts, verb);
  }

  /**
   * Takes a place for the VM of {@code order} and begins with the first of its routes.
   *
   * @throws RequestException with reason {@code EXHAUSTED} when all places are taken
   */
  public void admit(Order order) {
    place = parts.admission().enter(order.client(), order.wanted().memoryMib());
    laps.lap("admit");
    walk = parts.routes().walk(order, laps, deadline);
  }

  /**
   * Makes the next VM, by the first route that can.
   *
   * @return the caller's, to be handed out or passed to {@link #leave}
   * @throws RuntimeException when no route is left, or none of those left can help; says why
   */
  public HostedVm next() {
    return walk().next();
  }

  /**
   * Ends a VM that could not be handed out, and keeps the reason for the reply.
   *
   * @throws RuntimeException when no other route can help
   */
  public void leave(HostedVm made, RuntimeException reason) {
    walk().leave(made, reason);
  }

  /** The request is served with {@code result}, and its place has passed on with the VM. */
  public GrantedVm served(GrantedVm result) {
    granted = result;
    return result;
  }

  /**
   * The request fails with {@code cause}.
   *
   * @return what to throw
   */
  public RuntimeException failed(Throwable cause) {
    return track.failed(cause);
  }

  /** When the VM that is tried must have given its next answer. */
  public Deadline answer() {
    return walk().answer();
  }

  /** When a step must have ended in which the VM has work to do. */
  public Deadline work() {
    return walk().work();
  }

  /** When the request must be served. */
  public Deadline deadline() {
    return deadline;
  }

  /** Times of the steps so far. */
  public Laps laps() {
    return laps;
  }

  /** The place of the request's VM. */
  public Admission.Place place() {
    return requireNonNull(place, "not admitted");
  }

  /** The route by which the last VM was made. */
  public Route route() {
    return walk().route();
  }

  /** Why earlier routes were left; empty = none was. */
  public String routeReason() {
    return walk().reason();
  }

  private RouteWalk walk() {
    return requireNonNull(walk, "not admitted");
  }

  @Override
  public void close() {
    track.leave(this::giveBack);
    if (granted != null) {
      track.countServed(granted.route(), 1, granted.hops());
    } else {
      track.countFailed();
    }
  }

  private void giveBack() {
    if (walk != null) {
      walk.close();
    }
    if (place != null && granted == null) {
      place.close();
    }
  }
}
