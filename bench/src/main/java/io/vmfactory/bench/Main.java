package io.vmfactory.bench;

import java.nio.file.Path;
import java.util.concurrent.Callable;
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
    String launcher = System.getenv("VMFACTORY_LAUNCHER");
    if (launcher == null) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "VMFACTORY_LAUNCHER is not set: run it as ./dev bench");
    }
    try (PrivateDaemon daemon = PrivateDaemon.start(Path.of(launcher))) {
      System.out.print(new BootCase(daemon, clones, boots).run());
    }
    return 0;
  }
}
