package io.vmfactory.cli;

import io.vmfactory.guest.oci.ResourceLimits;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options for the limits of a container inside its VM. */
final class LimitOptions {
  private static final long PERIOD_MICROS = 100_000;
  private static final int LEAST_MIB = 4;
  private static final int MOST_MIB = 1 << 20;
  private static final double LEAST_CPUS = 0.01;
  private static final int MOST_CPUS = 240;
  private static final int MOST_PIDS = 4_194_304;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  private @Nullable Long memoryBytes;
  private @Nullable Long quotaMicros;
  private @Nullable Long pids;

  @Option(
      names = "--memory-limit",
      paramLabel = "MIB",
      description =
          "Most memory of the container in MiB, 4..1048576 (default: that of the VM). Without"
              + " --memory, the VM is large enough for it.")
  void memory(int mib) {
    memoryBytes = (long) require("--memory-limit", mib, LEAST_MIB, MOST_MIB) << 20;
  }

  @Option(
      names = "--cpu-limit",
      paramLabel = "CPUS",
      description =
          "Most CPUs that the container uses, such as 0.5; 0.01..240 (default: those of the VM)."
              + " Without --vcpus, the VM has enough of them.")
  void cpus(double cpus) {
    quotaMicros =
        Math.round(require("--cpu-limit", cpus, LEAST_CPUS, MOST_CPUS) * (double) PERIOD_MICROS);
  }

  @Option(
      names = "--pids-limit",
      paramLabel = "N",
      description = "Most processes and threads of the container, 1..4194304 (default: no limit).")
  void pids(int count) {
    pids = (long) require("--pids-limit", count, 1, MOST_PIDS);
  }

  private int require(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw outOfRange(option, value, least, most);
    }
    return value;
  }

  private double require(String option, double value, double least, int most) {
    if (!(value >= least && value <= most)) {
      throw outOfRange(option, value, least, most);
    }
    return value;
  }

  private ParameterException outOfRange(String option, Number value, Number least, Number most) {
    return new ParameterException(
        spec.commandLine(), "%s is %s; it must be %s..%s".formatted(option, value, least, most));
  }

  /** Returns whether a limit is given. */
  boolean isGiven() {
    return memoryBytes != null || quotaMicros != null || pids != null;
  }

  /** Returns the limits that are given. */
  ResourceLimits limits() {
    Long period = quotaMicros == null ? null : PERIOD_MICROS;
    return new ResourceLimits(memoryBytes, quotaMicros, period, null, pids);
  }
}
