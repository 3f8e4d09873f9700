package io.vmfactory.cli;

import io.vmfactory.configs.Surroundings;
import io.vmfactory.configs.time.WallClock;

/** The main class of {@code vmfactory}. */
public final class VmFactoryMain {
  private VmFactoryMain() {}

  /**
   * Turns logging off except in the daemon; the other commands print their failures themselves.
   * Call it before the first logger is created.
   */
  static void quietLibraries(String... args) {
    if (!Commands.isServe(args)) {
      System.setProperty("logback.configurationFile", "io/vmfactory/cli/logback-quiet.xml");
    }
  }

  /** Runs the command in {@code args} and exits with its exit code. */
  public static void main(String[] args) {
    quietLibraries(args);
    var root =
        new VmFactoryCommand(
            Surroundings.ofThisProcess(), WallClock.system(), ContainerAccess.ofThisProcess());
    System.exit(Commands.commandLine(root, args).execute(args));
  }
}
