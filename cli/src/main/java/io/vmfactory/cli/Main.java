package io.vmfactory.cli;

import io.vmfactory.configs.Surroundings;
import io.vmfactory.configs.time.WallClock;

/** The program {@code vmfactory}. */
public final class Main {
  private Main() {}

  /** Runs the command that {@code args} names and ends the process with its exit code. */
  public static void main(String[] args) {
    var root = new VmFactoryCommand(Surroundings.ofThisProcess(), WallClock.system());
    System.exit(Commands.commandLine(root, args).execute(args));
  }
}
