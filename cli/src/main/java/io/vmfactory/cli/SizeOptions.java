package io.vmfactory.cli;

import io.vmfactory.configs.QemuConfig.Size;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The options for the size of a VM or a template. The limits are those of the daemon's
 * configuration.
 */
final class SizeOptions {
  private static final int MAX_VCPUS = 240;
  private static final int MAX_MEMORY_MIB = 1 << 20;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  private @Nullable Integer vcpus;
  private @Nullable Integer memoryMib;

  @Option(
      names = "--vcpus",
      paramLabel = "N",
      description = "Number of vCPUs, 1..240 (default: default_vcpus).")
  void vcpus(int value) {
    vcpus = inRange("--vcpus", value, 1, MAX_VCPUS);
  }

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      description =
          "Memory in MiB, " + Size.LEAST_MEMORY_MIB + "..1048576 (default: default_memory).")
  void memoryMib(int value) {
    memoryMib = inRange("--memory", value, Size.LEAST_MEMORY_MIB, MAX_MEMORY_MIB);
  }

  /** Returns the number of vCPUs; null for the configured default. */
  @Nullable Integer vcpus() {
    return vcpus;
  }

  /** Returns the memory; null for the configured default. */
  @Nullable Integer memoryMib() {
    return memoryMib;
  }

  private int inRange(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw new ParameterException(
          spec.commandLine(), "%s is %d; it must be %d..%d".formatted(option, value, min, max));
    }
    return value;
  }
}
