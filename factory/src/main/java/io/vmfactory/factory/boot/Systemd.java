package io.vmfactory.factory.boot;

import io.vmfactory.linux.OsException;
import io.vmfactory.linux.UnixDatagram;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager how the daemon is doing; see sd_notify(3). Without a manager that wants
 * to know (no {@code NOTIFY_SOCKET}) it tells nobody, and a word that is not heard is no failure.
 */
final class Systemd {
  private static final Logger log = LoggerFactory.getLogger(Systemd.class);

  private final String socket;
  private final Optional<Duration> watchdog;

  private Systemd(String socket, Optional<Duration> watchdog) {
    this.socket = socket;
    this.watchdog = watchdog;
  }

  /** As the environment of a process that the manager started says. */
  static Systemd of(Map<String, String> environment) {
    String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
    boolean ours = forThisProcess(environment.get("WATCHDOG_PID"));
    String micros = ours ? environment.getOrDefault("WATCHDOG_USEC", "") : "";
    return new Systemd(socket, micros.isEmpty() ? Optional.empty() : span(micros));
  }

  private static boolean forThisProcess(@org.jspecify.annotations.Nullable String pid) {
    return pid == null || pid.equals(Long.toString(ProcessHandle.current().pid()));
  }

  private static Optional<Duration> span(String micros) {
    try {
      return Optional.of(Duration.of(Long.parseLong(micros), ChronoUnit.MICROS));
    } catch (NumberFormatException e) {
      log.warn("WATCHDOG_USEC is no number: {}", micros);
      return Optional.empty();
    }
  }

  /** Within what span the manager wants to hear {@link #alive}; empty = it does not. */
  Optional<Duration> watchdog() {
    return watchdog;
  }

  /** Clients can connect. */
  void ready(String status) {
    tell("READY=1\nSTATUS=" + status);
  }

  /** The end has begun. */
  void stopping(String status) {
    tell("STOPPING=1\nSTATUS=" + status);
  }

  /** All is well just now. */
  void alive() {
    tell("WATCHDOG=1");
  }

  private void tell(String state) {
    if (socket.isEmpty()) {
      return;
    }
    try {
      UnixDatagram.send(socket, state);
    } catch (OsException e) {
      log.warn("the service manager did not hear \"{}\": {}", state, e.getMessage());
    }
  }
}
