package io.vmfactory.harness.storm;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What the actors of one storm share.
 *
 * @param timers cancels calls
 * @param held VMs that clients have, by id
 */
record Ground(
    Seat seat, History history, ScheduledExecutorService timers, Map<String, Grant> held) {
  Ground(Seat seat, History history, ScheduledExecutorService timers) {
    this(seat, history, timers, new ConcurrentHashMap<>());
  }
}
