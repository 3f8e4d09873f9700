package io.vmfactory.cli;

import io.vmfactory.configs.Surroundings;
import io.vmfactory.configs.time.WallClock;

/** The program {@code vmfactory}. */
public final class VmFactoryMain {
  private VmFactoryMain() {}

  /** Only the daemon has a log; a command tells its failures itself. Before the first logger. */
  static void quietLibraries(String... args) {
    if (!Commands.isServe(args)) {
      System.setProperty("logback.configurationFile", "io/vmfactory/cli/logback-quiet.xml");
    }
  }

  /** Runs the command that {@code args} names and ends the process with its exit code. */
  public static void main(String[] args) {
    quietLibraries(args);
    var root =
        new VmFactoryCommand(
            Surroundings.ofThisProcess(), WallClock.system(), Outside.ofThisProcess());
    System.exit(Commands.commandLine(root, args).execute(args));
  }
}
