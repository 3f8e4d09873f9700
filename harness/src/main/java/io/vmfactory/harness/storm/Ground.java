package io.vmfactory.harness.storm;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What the actors of one storm share.
 *
 * @param timers cuts calls off
 * @param held VMs that clients have in hand, by id
 */
record Ground(
    Seat seat, History history, ScheduledExecutorService timers, Map<String, Grant> held) {
  Ground(Seat seat, History history, ScheduledExecutorService timers) {
    this(seat, history, timers, new ConcurrentHashMap<>());
  }
}
