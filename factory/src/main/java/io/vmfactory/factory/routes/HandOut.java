package io.vmfactory.factory.routes;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.factory.observe.Observer;
import io.vmfactory.factory.request.GrantedVm;
import io.vmfactory.factory.request.Order;
import java.time.Duration;
import java.util.function.Supplier;

/** What GetVm and GetBaseVm have in common: admission, the walk of the routes, the books. */
public final class HandOut {
  private final RequestsInFlight inFlight;
  private final Admission admission;
  private final RouteWalk walk;
  private final Books books;

  public HandOut(RequestsInFlight inFlight, Admission admission, RouteWalk walk, Books books) {
    this.inFlight = inFlight;
    this.admission = admission;
    this.walk = walk;
    this.books = books;
  }

  /** Where it is written down who got what. */
  public record Books(Served served, Observer observer) {}

  /** One request's way through the daemon. */
  public record Trip(Order order, Admission.Place place, Laps laps, Deadline deadline) {}

  /** What makes a made VM the customer's; from its return on, the place is no longer ours. */
  public interface Ending {
    GrantedVm finish(Trip trip, MadeVm made, String routeReason);
  }

  /** Serves what {@code orders} yields. */
  public GrantedVm run(
      Observer.Verb verb, Supplier<Order> orders, Ending ending, Deadline deadline) {
    long begun = System.nanoTime();
    try {
      GrantedVm granted = inFlight.run(() -> serve(orders, ending, deadline));
      books.served().count(granted.route());
      books.observer().served(verb, granted.route().name(), granted.hops(), since(begun));
      return granted;
    } catch (RuntimeException | Error e) {
      books.observer().failed(verb, e, since(begun));
      throw e;
    }
  }

  private GrantedVm serve(Supplier<Order> orders, Ending ending, Deadline deadline) {
    Laps laps = new Laps();
    Order order = orders.get();
    Trip trip = new Trip(order, admission.enter(), laps, deadline);
    laps.lap("admit");
    return walk(trip, ending);
  }

  private GrantedVm walk(Trip trip, Ending ending) {
    try {
      return walk.walk(
          trip.order(),
          trip.laps(),
          trip.deadline(),
          (made, why) -> ending.finish(trip, made, why));
    } catch (RuntimeException | Error e) {
      trip.place().close();
      throw e;
    }
  }

  private static Duration since(long nanos) {
    return Duration.ofNanos(System.nanoTime() - nanos);
  }
}
