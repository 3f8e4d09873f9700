package io.vmfactory.bench;

import io.vmfactory.bench.compare.CompareCommand;
import io.vmfactory.bench.plot.PlotCommand;
import io.vmfactory.bench.run.BenchRunCommand;
import io.vmfactory.bench.run.Launcher;
import io.vmfactory.bench.run.ListCommand;
import io.vmfactory.bench.run.SpecCommand;
import io.vmfactory.bench.simulate.SimulateCommand;
import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.Units;
import io.vmfactory.configs.host.StandardOutput;
import io.vmfactory.harness.storm.Storm;
import java.io.PrintWriter;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code ./vmfactory bench}. */
@Command(
    name = "bench",
    description = "Measures vmfactory on this machine, with a daemon of its own.",
    mixinStandardHelpOptions = true,
    subcommands = {
      ListCommand.class,
      BenchRunCommand.class,
      SpecCommand.class,
      SimulateCommand.class,
      CompareCommand.class,
      PlotCommand.class
    },
    synopsisSubcommandLabel = "COMMAND")
public final class BenchMain implements Callable<Integer> {
  private static final int STORM_CLIENTS = 4;
  private static final int STORM_STEPS = 6;

  @Spec private CommandSpec spec;

  public static void main(String[] args) {
    StandardOutput out = StandardOutput.out();
    StandardOutput err = StandardOutput.err();
    int code = commandLine().setOut(out.writer()).setErr(err.writer()).execute(args);
    System.exit(StandardOutput.exitCode("bench", code, out, err));
  }

  /** Returns the commands; a failure is reported in one line. */
  static CommandLine commandLine() {
    return new CommandLine(new BenchMain())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
        .registerConverter(int.class, BenchMain::wholeNumber)
        .registerConverter(Integer.class, BenchMain::wholeNumber)
        .setParameterExceptionHandler(BenchMain::usage)
        .setExecutionExceptionHandler(
            (e, command, line) -> {
              Throwable cause = e.getCause();
              Throwable reason = e instanceof CompletionException && cause != null ? cause : e;
              command.getErr().println("bench: " + ErrorText.of(reason));
              return CommandLine.ExitCode.SOFTWARE;
            });
  }

  private static Integer wholeNumber(String text) {
    try {
      return Units.wholeNumber(text);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.TypeConversionException(e.getMessage());
    }
  }

  /** Reports a command line that cannot be parsed, in one line. Returns the exit code. */
  private static int usage(CommandLine.ParameterException failure, String[] args) {
    CommandLine command = failure.getCommandLine();
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof CommandLine.UnmatchedArgumentException unmatched
        && !unmatched.isUnknownOption()) {
      String kind = command.getSubcommands().isEmpty() ? "unexpected argument" : "no such command";
      message = kind + ": " + unmatched.getUnmatched().get(0);
    }
    command.getErr().println("bench: " + message);
    command
        .getErr()
        .println("try: vmfactory " + command.getCommandSpec().qualifiedName() + " --help");
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  /** Without a subcommand, lists the subcommands. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getOut());
    return 0;
  }

  @Command(
      name = "storm",
      description = {
        "Runs clients that get, renew, release and abandon VMs while VMs and the daemon are"
            + " killed.",
        "The seed determines every choice. Exits with 1 if a VM was lost, leaked, leased twice or",
        "stuck, and prints which."
      },
      mixinStandardHelpOptions = true)
  int storm(
      @Option(
              names = "--cycles",
              defaultValue = "30",
              description = "cycles of a storm and a calm phase (default: ${DEFAULT-VALUE})")
          int cycles,
      @Option(
              names = "--seed",
              description = "seed of the random choices (default: random, printed)")
          @Nullable Long seed)
      throws Exception {
    if (cycles < 1) {
      throw new CommandLine.ParameterException(spec.commandLine(), "--cycles must be 1 or more");
    }
    long choices = seed == null ? new SecureRandom().nextInt(1_000_000) : seed;
    Storm.Options options = new Storm.Options(cycles, choices, STORM_CLIENTS, STORM_STEPS);
    PrintWriter out = spec.commandLine().getOut();
    List<String> complaints = Storm.run(launcher(), options, out::println).complaints();
    complaints.forEach(out::println);
    out.printf("%d cycles, seed %d: %d complaints%n", cycles, choices, complaints.size());
    return complaints.isEmpty() ? 0 : 1;
  }

  private List<String> launcher() {
    return Launcher.command(spec);
  }
}
