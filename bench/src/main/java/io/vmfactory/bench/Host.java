package io.vmfactory.bench;

import io.vmfactory.api.v1.GetStatusResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a report says of the machine it was made on. */
final class Host {
  private Host() {}

  /** CPUs, kernel, load, QEMU, Java, in one line. */
  static String line(GetStatusResponse status) throws IOException {
    String cpu =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 2))
            .findFirst()
            .orElse("unknown CPU");
    String load = Files.readString(Path.of("/proc/loadavg")).strip();
    return "host: %d x %s, Linux %s, load %s; QEMU %s, accelerator %s, Java %s"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            cpu,
            System.getProperty("os.version"),
            load,
            status.getHypervisor().getVersion(),
            status.getHypervisor().getAccelerator(),
            Runtime.version());
  }
}
