package io.vmfactory.factory.routes;

import static java.util.Objects.requireNonNull;

import io.vmfactory.configs.Units;
import io.vmfactory.configs.time.CancelledException;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.DeadlineExceededException;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.RequestException;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.turns.Turn;
import io.vmfactory.factory.vm.HostedVm;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request's way along its routes: tries one after the other and keeps why each was left. A
 * route that cannot serve the order is passed over; one that fails is recorded as a failure too. A
 * warm VM that fails is followed by the next warm one; every other route is tried once, with a
 * turn. Each attempt has a limit of its own, so that a VM that hangs leaves time for others (ADR
 * 0028). Confined to one thread.
 */
final class RouteWalk implements AutoCloseable {
  /** Routes whose VMs were complete, or nearly so, before the request. */
  private static final Set<Route> IDLE = EnumSet.of(Route.WARM, Route.SHELL);

  private final Routes routes;
  private final Order order;
  private final Laps laps;
  private final Deadline deadline;
  private final Customers.Presence presence;
  private final Iterator<Route> ahead;
  private final List<RuntimeException> causes = new ArrayList<>();
  private final List<String> reasons = new ArrayList<>();
  private @Nullable Route route;
  private int triesLeft;
  private @Nullable Turn turn;

  RouteWalk(Routes routes, Order order, Laps laps, Deadline deadline) {
    this.routes = routes;
    this.order = order;
    this.laps = laps;
    this.deadline = deadline;
    this.ahead = order.routes().iterator();
    this.presence = routes.customers().enter();
  }

  /** When the VM that is tried must have given its next answer. */
  Deadline answer() {
    return IDLE.contains(route()) ? half().min(routes.answerLimit()) : work();
  }

  /**
   * When a step must have ended in which the VM has work to do. A shorter time than the answer
   * limit would be of no use.
   */
  Deadline work() {
    Deadline least = deadline.min(routes.answerLimit());
    Deadline half = half();
    return half.remaining().compareTo(least.remaining()) > 0 ? half : least;
  }

  /** Half of the time that is left, or all of it if no other attempt can follow. */
  private Deadline half() {
    boolean last = triesLeft == 0 && !ahead.hasNext();
    return last ? deadline : deadline.min(deadline.remaining().dividedBy(2));
  }

  /** Makes the next VM. If no route is left, throws why. */
  HostedVm next() {
    while (true) {
      Route trying = triesLeft > 0 && route != null ? route : nextRoute();
      triesLeft--;
      try {
        deadline.check("route " + trying);
        return routes.source(trying).make(order, laps, answer());
      } catch (RuntimeException e) {
        left(trying, e);
      }
    }
  }

  /** Goes on to the next route that could serve the order; throws if there is none. */
  private Route nextRoute() {
    while (ahead.hasNext()) {
      Route candidate = ahead.next();
      route = candidate;
      if (candidate == Route.WARM) {
        triesLeft = Routes.MOST_WARM;
        return candidate;
      }
      if (isPossible(candidate)) {
        takeTurn();
        triesLeft = 1;
        return candidate;
      }
    }
    throw RouteVerdict.of(causes, reason());
  }

  /** Whether a turn would be of use to {@code candidate}; if not, the reason is kept. */
  private boolean isPossible(Route candidate) {
    try {
      routes.source(candidate).check(order);
      return true;
    } catch (RuntimeException e) {
      left(candidate, e);
      return false;
    }
  }

  /** Waits for a customer's turn, unless this request has one. */
  private void takeTurn() {
    if (turn != null) {
      return;
    }
    turn = TurnRequest.await(routes.turns(), deadline);
    laps.lap("turn");
  }

  /** Ends {@code made}, which could not be handed out, and keeps why; throws if all is in vain. */
  void leave(HostedVm made, RuntimeException reason) {
    left(route(), made.end(passable(reason)));
  }

  /** Returns {@code failure}, or a failure of the VM if only the time of its attempt is over. */
  private RuntimeException passable(RuntimeException failure) {
    return failure instanceof DeadlineExceededException late && !deadline.passed()
        ? new VmmException(
            Reason.FAILED,
            "given up to leave time for another VM: %s (factory.answer_limit is %s)"
                .formatted(late.getMessage(), Units.text(routes.answerLimit())),
            late)
        : failure;
  }

  private void left(Route tried, RuntimeException failure) {
    RuntimeException reason = passable(failure);
    requirePassable(tried, reason);
    causes.add(reason);
    reasons.add(tried + ": " + reason.getMessage());
    laps.lap("undo");
    if (reason instanceof RequestException) {
      triesLeft = 0;
    }
  }

  /** Records {@code reason}, and throws it if no other route can help. */
  private void requirePassable(Route tried, RuntimeException reason) {
    if (Thread.currentThread().isInterrupted()) {
      throw reason instanceof CancelledException
          ? reason
          : new CancelledException("cancelled", reason);
    }
    if (!(reason instanceof RequestException)) {
      long client = order.client().user().uid();
      routes.failures().recordOf(client, "route " + tried, "", reason);
    }
    if (reason instanceof DeadlineExceededException || deadline.passed()) {
      throw reason;
    }
  }

  /** The route that is being tried. */
  Route route() {
    return requireNonNull(route, "no route yet");
  }

  /** Why the routes so far were left; empty = none was. */
  String reason() {
    return String.join("; ", reasons);
  }

  /** Gives back the turn and leaves the customers. */
  @Override
  public void close() {
    if (turn != null) {
      turn.close();
    }
    presence.close();
  }
}
