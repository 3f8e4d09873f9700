package io.vmfactory.factory.boot;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks what serves requests, twice in the span that the service manager allows, whether it still
 * does, and tells the manager once all have answered. It runs on the daemon's timers: when those
 * hang, nobody asks. A daemon that hangs is thus killed and started anew by the manager, and the
 * VMs live on.
 */
final class Watchdog {
  private static final Logger log = LoggerFactory.getLogger(Watchdog.class);

  private final Map<String, Supplier<CompletionStage<?>>> organs;
  private final Systemd systemd;
  private final Set<String> silent = ConcurrentHashMap.newKeySet();

  /**
   * Asks nobody yet.
   *
   * @param organs by name; each yields a stage that completes when it has come to it
   */
  Watchdog(Map<String, Supplier<CompletionStage<?>>> organs, Systemd systemd) {
    this.organs = organs;
    this.systemd = systemd;
  }

  /** Begins to ask, if the manager wants that; ends with {@code timers}. */
  void start(ScheduledExecutorService timers) {
    systemd
        .watchdog()
        .map(Duration::toNanos)
        .ifPresent(
            span -> timers.scheduleAtFixedRate(this::beat, 0, span / 2, TimeUnit.NANOSECONDS));
  }

  /** Asks those who owe no answer. Quiet organs are named in the log before the manager acts. */
  void beat() {
    if (!silent.isEmpty()) {
      log.error("no answer from {}; the service manager will end this daemon", silent);
      return;
    }
    silent.addAll(organs.keySet());
    organs.forEach(this::ask);
  }

  private void ask(String name, Supplier<CompletionStage<?>> organ) {
    try {
      organ.get().thenRun(() -> heard(name));
    } catch (RuntimeException e) {
      log.warn("{} cannot be asked", name, e);
    }
  }

  private void heard(String name) {
    boolean last;
    synchronized (this) {
      silent.remove(name);
      last = silent.isEmpty();
    }
    if (last) {
      systemd.alive();
    }
  }
}
