package io.vmfactory.factory.app;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import java.util.function.Supplier;

/** What GetVm and GetBaseVm have in common: admission, the walk of the routes, the books. */
final class HandOut {
  private final InFlight inFlight;
  private final Admission admission;
  private final RouteWalk walk;
  private final Served served;

  HandOut(InFlight inFlight, Admission admission, RouteWalk walk, Served served) {
    this.inFlight = inFlight;
    this.admission = admission;
    this.walk = walk;
    this.served = served;
  }

  /** One request's way through the daemon. */
  record Trip(Order order, Admission.Place place, Laps laps, Deadline deadline) {}

  /** What makes a made VM the customer's; from its return on, the place is no longer ours. */
  interface Ending {
    GrantedVm finish(Trip trip, MadeVm made, String routeReason);
  }

  /** Serves what {@code orders} yields. */
  GrantedVm run(Supplier<Order> orders, Ending ending, Deadline deadline) {
    return inFlight.run(
        () -> {
          Laps laps = new Laps();
          Order order = orders.get();
          Trip trip = new Trip(order, admission.enter(), laps, deadline);
          laps.lap("admit");
          return walk(trip, ending);
        });
  }

  private GrantedVm walk(Trip trip, Ending ending) {
    try {
      GrantedVm granted =
          walk.walk(
              trip.order(),
              trip.laps(),
              trip.deadline(),
              (made, why) -> ending.finish(trip, made, why));
      served.count(granted.route());
      return granted;
    } catch (RuntimeException | Error e) {
      trip.place().close();
      throw e;
    }
  }
}
