package io.vmfactory.factory.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Metrics of the daemon's own process, under the names that Prometheus prescribes to every client
 * library.
 *
 * @param proc normally {@code /proc/self}
 */
record ProcessFamilies(Path proc) implements MultiCollector {
  private static final int KIB = 1024;

  @Override
  public MetricSnapshots collect() {
    Families families = new Families();
    families.gauge(
        "process_start_time_seconds",
        "Start time of the process, in seconds since the epoch.",
        ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
    var system = ManagementFactory.getOperatingSystemMXBean();
    if (system instanceof UnixOperatingSystemMXBean unix) {
      families.counter(
          "process_cpu_seconds", "CPU time, user and system.", unix.getProcessCpuTime() / 1e9);
      families.gauge(
          "process_open_fds", "Open file descriptors.", (double) unix.getOpenFileDescriptorCount());
      families.gauge(
          "process_max_fds",
          "Most open file descriptors.",
          (double) unix.getMaxFileDescriptorCount());
    }
    resident(families);
    return families.all();
  }

  /**
   * Adds VmRSS of status, see proc(5). A process that cannot read its own status has no such
   * metric.
   */
  private void resident(Families families) {
    try {
      for (String line : Files.readAllLines(proc.resolve("status"), StandardCharsets.ISO_8859_1)) {
        if (line.startsWith("VmRSS:")) {
          long kib = Long.parseLong(line.replaceAll("\\D", ""));
          families.gauge("process_resident_memory_bytes", "Resident memory.", (double) kib * KIB);
        }
      }
    } catch (IOException e) {
      // nothing to show
    }
  }
}
