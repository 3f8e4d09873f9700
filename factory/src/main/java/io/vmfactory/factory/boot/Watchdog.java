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
 * Checks that the components which serve requests still work, and reports to the service manager
 * once all of them have answered. It checks twice within the time that the service manager allows.
 * It runs on the daemon's timers, so if these hang, no report is sent either. The service manager
 * then kills and restarts a daemon that hangs; the VMs live on.
 */
final class Watchdog {
  private static final Logger log = LoggerFactory.getLogger(Watchdog.class);

  private final Map<String, Supplier<CompletionStage<?>>> components;
  private final Systemd systemd;
  private final Set<String> silent = ConcurrentHashMap.newKeySet();

  /**
   * Makes a watchdog that does not check anything yet.
   *
   * @param components the components by name; each supplies a stage that completes when the
   *     component has run
   */
  Watchdog(Map<String, Supplier<CompletionStage<?>>> components, Systemd systemd) {
    this.components = components;
    this.systemd = systemd;
  }

  /** Starts to check, if the service manager has a watchdog; stops when {@code timers} stop. */
  void start(ScheduledExecutorService timers) {
    systemd
        .watchdog()
        .map(Duration::toNanos)
        .ifPresent(
            span -> {
              var unused =
                  timers.scheduleAtFixedRate(this::beat, 0, span / 2, TimeUnit.NANOSECONDS);
            });
  }

  /**
   * Pings every component once all have answered the last ping. Until then, logs the names of the
   * silent ones, before the service manager restarts the daemon.
   */
  void beat() {
    if (!silent.isEmpty()) {
      log.error("no answer from {}; the service manager will restart this daemon", silent);
      return;
    }
    silent.addAll(components.keySet());
    components.forEach(this::ask);
  }

  private void ask(String name, Supplier<CompletionStage<?>> component) {
    try {
      component.get().thenRun(() -> heard(name));
    } catch (RuntimeException e) {
      log.warn("cannot ping {}", name, e);
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
