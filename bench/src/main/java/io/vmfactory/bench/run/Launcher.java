package io.vmfactory.bench.run;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The command that starts {@code vmfactory}, as ./dev and ./vmfactory pass it on. */
public final class Launcher {
  private Launcher() {}

  /** Returns the command line, to which a verb and options are added. */
  public static List<String> command(CommandSpec spec) {
    String launcher = System.getenv("VMFACTORY_LAUNCHER");
    if (launcher == null) {
      throw new ParameterException(
          spec.commandLine(),
          "VMFACTORY_LAUNCHER is not set: start the bench with ./dev bench or ./vmfactory bench");
    }
    return List.of(launcher);
  }
}
