package io.vmfactory.harness.storm;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What the actors of one storm share.
 *
 * @param timers cancels calls
 * @param image a file that clients attach as a drive
 * @param held VMs that clients have, by id
 */
record Ground(
    Seat seat,
    History history,
    ScheduledExecutorService timers,
    Path image,
    Map<String, Grant> held) {
  Ground(Seat seat, History history, ScheduledExecutorService timers, Path image) {
    this(seat, history, timers, image, new ConcurrentHashMap<>());
  }
}
