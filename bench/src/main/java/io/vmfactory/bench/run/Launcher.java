package io.vmfactory.bench.run;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What starts {@code vmfactory}, as ./dev and ./vmfactory say. */
public final class Launcher {
  private Launcher() {}

  /** Its command line, to which a verb and options are added. */
  public static List<String> command(CommandSpec spec) {
    String launcher = System.getenv("VMFACTORY_LAUNCHER");
    if (launcher == null) {
      throw new ParameterException(
          spec.commandLine(),
          "VMFACTORY_LAUNCHER is not set: run it as ./dev bench, or as ./vmfactory bench");
    }
    return List.of(launcher);
  }
}
