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
 * Reports the state of the daemon to the service manager; see sd_notify(3). Does nothing without a
 * service manager (no {@code NOTIFY_SOCKET}). A message that cannot be sent is logged, and is no
 * failure.
 */
public final class Systemd {
  private static final Logger log = LoggerFactory.getLogger(Systemd.class);

  private final String socket;
  private final Optional<Duration> watchdog;

  private Systemd(String socket, Optional<Duration> watchdog) {
    this.socket = socket;
    this.watchdog = watchdog;
  }

  /** Returns the connection to the service manager that {@code environment} describes. */
  public static Systemd of(Map<String, String> environment) {
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
      log.warn("WATCHDOG_USEC is not a number: {}", micros);
      return Optional.empty();
    }
  }

  /**
   * Returns the longest time that the service manager allows between two calls of {@link #alive};
   * empty if it has no watchdog.
   */
  Optional<Duration> watchdog() {
    return watchdog;
  }

  /** Reports that clients can connect. */
  public void ready(String status) {
    tell("READY=1\nSTATUS=" + status);
  }

  /** Reports that the daemon is stopping. */
  public void stopping(String status) {
    tell("STOPPING=1\nSTATUS=" + status);
  }

  /** Reports that the daemon works. */
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
      log.warn("cannot send \"{}\" to the service manager: {}", state, e.getMessage());
    }
  }
}
