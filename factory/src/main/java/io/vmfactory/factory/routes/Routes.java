package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.events.Failures;
import io.vmfactory.factory.request.Order;
import io.vmfactory.factory.request.Refusals;
import io.vmfactory.factory.request.Route;
import io.vmfactory.factory.turns.RestoreTurns;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The routes that this daemon serves, and what a request needs to take one. Thread-safe. */
public final class Routes {
  /**
   * Most warm VMs tried for one request. If so many fail in a row, they are not the reason, and one
   * request must not use up the stock.
   */
  public static final int MOST_WARM = 3;

  private final Map<Route, VmSource> sources;
  private final Customers customers;
  private final RestoreTurns turns;
  private final Failures failures;
  private final Duration answerLimit;

  /**
   * @param customers the requests that are being served
   * @param turns limits how many VMs are restored or booted at once
   * @param failures where routes that failed are recorded
   * @param answerLimit for each answer of an idle VM
   */
  public Routes(
      List<VmSource> sources,
      Customers customers,
      RestoreTurns turns,
      Failures failures,
      Duration answerLimit) {
    this.sources = sources.stream().collect(Collectors.toMap(VmSource::route, Function.identity()));
    this.customers = customers;
    this.turns = turns;
    this.failures = failures;
    this.answerLimit = answerLimit;
  }

  /** Begins the walk along the routes of {@code order}, which counts as a customer until closed. */
  RouteWalk walk(Order order, Laps laps, Deadline deadline) {
    return new RouteWalk(this, order, laps, deadline);
  }

  /** Waits for a turn to make VMs that no route makes. */
  CustomersTurn customersTurn(Deadline deadline) {
    return CustomersTurn.await(customers, turns, deadline);
  }

  VmSource source(Route route) {
    VmSource source = sources.get(route);
    if (source == null) {
      throw Refusals.notPossible("this daemon does not serve it");
    }
    return source;
  }

  Customers customers() {
    return customers;
  }

  RestoreTurns turns() {
    return turns;
  }

  Failures failures() {
    return failures;
  }

  Duration answerLimit() {
    return answerLimit;
  }
}
