package io.vmfactory.bench.run;

import io.vmfactory.api.v1.GetStatusResponse;
import io.vmfactory.api.v1.Hypervisor;
import io.vmfactory.api.v1.Template;
import io.vmfactory.bench.cases.SharedDaemon;
import io.vmfactory.bench.report.HostFacts;
import io.vmfactory.configs.time.Deadline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Collects what a report says about the machine and about the versions measured. */
final class BenchHost {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Pattern IMAGE =
      Pattern.compile("^\\s*(kernel|initrd)\\s*=\\s*\"(.+)\"", Pattern.MULTILINE);

  private BenchHost() {}

  static HostFacts facts(SharedDaemon sharedDaemon) throws IOException {
    Deadline deadline = Deadline.after(LIMIT);
    GetStatusResponse status = sharedDaemon.status(deadline);
    Hypervisor hypervisor = status.getHypervisor();
    return new HostFacts(
        Runtime.getRuntime().availableProcessors(),
        value(Path.of("/proc/cpuinfo"), "model name"),
        Long.parseLong(value(Path.of("/proc/meminfo"), "MemTotal").replaceAll("\\D", "")) / 1024,
        System.getProperty("os.version"),
        hypervisor.getVersion(),
        hypervisor.getAccelerator(),
        guest(sharedDaemon.template(), sharedDaemon.configuration(deadline)),
        Runtime.version().toString(),
        Revision.of(System.getenv("VMFACTORY_HOME"), deadline),
        status.getVersion());
  }

  /** Returns the load average of one minute. */
  static double load() {
    try {
      return Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the load average: is /proc mounted?", e);
    }
  }

  private static String value(Path file, String key) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("0, unknown");
    }
  }

  private static String guest(Template template, String configuration) throws IOException {
    StringJoiner words = new StringJoiner(", ");
    Matcher image = IMAGE.matcher(configuration);
    while (image.find()) {
      double mib = Files.size(Path.of(image.group(2))) / 1048576.0;
      words.add(String.format(Locale.ROOT, "%s %.1f MiB", image.group(1), mib));
    }
    return words
        .add(template.getMemoryMib() + " MiB")
        .add(template.getVcpus() + " vCPU")
        .toString();
  }
}
