package io.vmfactory.bench;

import io.vmfactory.bench.daemon.PrivateDaemon;
import io.vmfactory.bench.storm.Storm;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The bench's command line: {@code ./dev bench}. */
@Command(
    name = "bench",
    description = "Measures vmfactory on this machine, with a daemon of its own.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "CASE")
public final class Main implements Callable<Integer> {
  private static final int STORM_CLIENTS = 4;
  private static final int STORM_STEPS = 6;

  @Spec private CommandSpec spec;

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  /** Without a case: says which there are. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getOut());
    return 0;
  }

  @Command(
      name = "boot",
      description = {
        "Direct boot, clone, and the raw parts of a clone, interleaved in one run.",
        "Prints medians, 99th percentiles and the ratios that SPECIFICATION.md promises."
      },
      mixinStandardHelpOptions = true)
  int boot(
      @Option(
              names = "--clones",
              defaultValue = "30",
              description = "clones and raw clones to make (default: ${DEFAULT-VALUE})")
          int clones,
      @Option(
              names = "--boots",
              defaultValue = "5",
              description = "direct boots (default: ${DEFAULT-VALUE})")
          int boots)
      throws Exception {
    if (clones < 1 || boots < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--clones and --boots take a number from 1");
    }
    try (PrivateDaemon daemon = PrivateDaemon.start(launcher(), BootCase.SETTINGS)) {
      System.out.print(new BootCase(daemon, clones, boots).run());
    }
    return 0;
  }

  @Command(
      name = "pool",
      description = {
        "The warm pool: latency by route, bursts, refill, memory, each beside its floor in one run.",
        "Prints what SPECIFICATION.md promises of it and whether it is kept."
      },
      mixinStandardHelpOptions = true)
  int pool(@Option(names = "--quick", description = "only see that every part works") boolean quick)
      throws Exception {
    PoolCase parts = quick ? PoolCase.quick() : PoolCase.full();
    try (PrivateDaemon daemon = PrivateDaemon.start(launcher(), PoolCase.SETTINGS)) {
      System.out.print(parts.run(daemon));
    }
    return 0;
  }

  @Command(
      name = "container",
      description = {
        "From a request to the first byte that a container prints, by route, interleaved.",
        "Then what its standard output carries, and what the client holds of one nobody reads."
      },
      mixinStandardHelpOptions = true)
  int container(@Option(names = "--quick", description = "only see that it works") boolean quick)
      throws Exception {
    ContainerCase routes = quick ? new ContainerCase(1, 1, 8) : new ContainerCase(20, 7, 128);
    try (PrivateDaemon daemon = PrivateDaemon.start(launcher(), PoolCase.SETTINGS)) {
      System.out.print(routes.run(daemon));
    }
    return 0;
  }

  @Command(
      name = "drives",
      description = "Drives put into slots of a running clone and taken out again, in each mode.",
      mixinStandardHelpOptions = true)
  int drives(
      @Option(
              names = "--times",
              defaultValue = "100",
              description = "of each mode (default: ${DEFAULT-VALUE})")
          int times)
      throws Exception {
    if (times < 1) {
      throw new CommandLine.ParameterException(spec.commandLine(), "--times takes a number from 1");
    }
    try (PrivateDaemon daemon = PrivateDaemon.start(launcher(), BootCase.SETTINGS)) {
      System.out.print(new DriveCase(daemon, times).run());
    }
    return 0;
  }

  @Command(
      name = "storm",
      description = {
        "Clients getting, renewing, releasing and vanishing while VMs and the daemon are killed.",
        "Each choice is the seed's. Exits with 1 when anything was lost, leaked, leased twice or",
        "stuck, and says what."
      },
      mixinStandardHelpOptions = true)
  int storm(
      @Option(
              names = "--cycles",
              defaultValue = "30",
              description = "storms, each followed by a calm (default: ${DEFAULT-VALUE})")
          int cycles,
      @Option(names = "--seed", description = "whose choices (default: one by chance, printed)")
          @Nullable Long seed)
      throws Exception {
    if (cycles < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--cycles takes a number from 1");
    }
    long choices = seed == null ? new SecureRandom().nextInt(1_000_000) : seed;
    Storm.Options options = new Storm.Options(cycles, choices, STORM_CLIENTS, STORM_STEPS);
    List<String> complaints = Storm.run(launcher(), options, System.out::println);
    complaints.forEach(System.out::println);
    System.out.printf("%d cycles, seed %d: %d complaints%n", cycles, choices, complaints.size());
    return complaints.isEmpty() ? 0 : 1;
  }

  private List<String> launcher() {
    String launcher = System.getenv("VMFACTORY_LAUNCHER");
    if (launcher == null) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "VMFACTORY_LAUNCHER is not set: run it as ./dev bench");
    }
    return List.of(launcher);
  }
}
