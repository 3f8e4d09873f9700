package io.vmfactory.factory.routes;

import io.vmfactory.factory.request.Route;
import java.util.EnumMap;
import java.util.Map;

/** Counts how many requests each route has served. */
public final class Served {
  private final Map<Route, Integer> counts = new EnumMap<>(Route.class);

  synchronized void count(Route route) {
    counts.merge(route, 1, Integer::sum);
  }

  public synchronized Map<Route, Integer> all() {
    return Map.copyOf(counts);
  }
}
