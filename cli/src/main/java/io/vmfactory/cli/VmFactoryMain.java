package io.vmfactory.cli;

import static io.vmfactory.configs.host.TerminalStream.OUT;

import io.vmfactory.configs.Surroundings;
import io.vmfactory.configs.host.HostWords;
import io.vmfactory.configs.host.StandardOutput;
import io.vmfactory.configs.time.WallClock;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;

/** The main class of {@code vmfactory}. */
public final class VmFactoryMain {
  private VmFactoryMain() {}

  /**
   * Turns logging off except in the daemon; the other commands print their failures themselves.
   * Call it before the first logger is created.
   */
  static void quietLibraries(String... args) {
    if (!Commands.isServe(args)) {
      System.setProperty("slf4j.provider", QuietLogging.class.getName());
      System.setProperty("slf4j.internal.verbosity", "ERROR");
    }
  }

  /** Runs the command in {@code args} and exits with its exit code. */
  public static void main(String[] args) {
    String[] words = HostWords.arguments(args);
    quietLibraries(words);
    var root =
        new VmFactoryCommand(
            Caller.with(Surroundings.ofThisProcess()),
            WallClock.system(),
            ContainerAccess.ofThisProcess());
    StandardOutput out = StandardOutput.out();
    StandardOutput err = StandardOutput.err();
    int code =
        Commands.commandLine(root, words)
            .setOut(out.writer())
            .setErr(err.writer())
            .setColorScheme(Help.defaultColorScheme(Ansi.valueOf(root.takesControls(OUT))))
            .execute(words);
    System.exit(StandardOutput.exitCode("vmfactory", code, out, err));
  }
}
