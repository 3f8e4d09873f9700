package io.vmfactory.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The size of a VM or a template, as options, within what the daemon's configuration may hold. */
final class SizeOptions {
  private static final int MAX_VCPUS = 240;
  private static final int MIN_MEMORY_MIB = 64;
  private static final int MAX_MEMORY_MIB = 1 << 20;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  private @Nullable Integer vcpus;
  private @Nullable Integer memoryMib;

  @Option(names = "--vcpus", paramLabel = "N", description = "vCPUs, 1..240; else as configured.")
  void vcpus(int value) {
    vcpus = inRange("--vcpus", value, 1, MAX_VCPUS);
  }

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      description = "Memory in MiB, 64..1048576; else as configured.")
  void memoryMib(int value) {
    memoryMib = inRange("--memory", value, MIN_MEMORY_MIB, MAX_MEMORY_MIB);
  }

  /** Null = as configured. */
  @Nullable Integer vcpus() {
    return vcpus;
  }

  /** Null = as configured. */
  @Nullable Integer memoryMib() {
    return memoryMib;
  }

  private int inRange(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw new ParameterException(
          spec.commandLine(), "%s is %d, must be %d..%d".formatted(option, value, min, max));
    }
    return value;
  }
}
