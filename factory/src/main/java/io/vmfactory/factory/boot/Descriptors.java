package io.vmfactory.factory.boot;

import io.vmfactory.configs.DaemonConfig;
import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.factory.http.ConnectionLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the daemon divides its file descriptors: a part for connections, a part for VMs, the rest for
 * itself. So neither clients nor VMs can take those that the others need: a daemon that is full of
 * VMs still renews leases and answers a status.
 *
 * @param limit most descriptors of this process (RLIMIT_NOFILE; the JVM raises the soft limit)
 */
record Descriptors(int limit) {
  private static final Logger log = LoggerFactory.getLogger(Descriptors.class);

  /** Jars, event loops, files of the moment. */
  private static final int OWN = 128;

  /** A process, its monitor, its agent, and a share of those that are open while VMs are made. */
  private static final int PER_VM = 6;

  private static final Pattern SOFT = Pattern.compile("^Max open files +(\\w+)");

  /** Returns those of this process. */
  static Descriptors ofThisProcess() {
    return read(Path.of("/proc/self/limits"));
  }

  static Descriptors read(Path limits) {
    try {
      return Files.readAllLines(limits).stream()
          .map(SOFT::matcher)
          .filter(Matcher::find)
          .map(line -> new Descriptors(number(line.group(1))))
          .findFirst()
          .orElseThrow(() -> new IOException("no line \"Max open files\""));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + limits, e);
    }
  }

  private static int number(String soft) {
    return soft.equals("unlimited")
        ? Integer.MAX_VALUE
        : (int) Math.min(Integer.MAX_VALUE, Long.parseLong(soft));
  }

  /** Returns the limits of connections. */
  ConnectionLimits connections() {
    return ConnectionLimits.of(limit);
  }

  /** Returns {@code config}, with no more VMs than the descriptors allow; a warning says so. */
  VmFactoryConfig bounded(VmFactoryConfig config) {
    int vms = Math.max(1, (limit - OWN - connections().all()) / PER_VM);
    DaemonConfig daemon = config.daemon();
    if (vms >= daemon.maxVms()) {
      return config;
    }
    log.warn(
        "{} file descriptors are enough for {} VMs, not for daemon.max_vms = {}; raise LimitNOFILE"
            + " (ulimit -n)",
        limit,
        vms,
        daemon.maxVms());
    return new VmFactoryConfig(
        daemon.withMaxVms(vms),
        config.qemu(),
        config.factory(),
        config.leases(),
        config.pool(),
        config.metrics(),
        config.runtime());
  }
}
