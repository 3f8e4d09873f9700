package io.vmfactory.runtime.commands;

import java.util.OptionalInt;

/** Runs command lines for clients. The room of the commands implements it. */
@FunctionalInterface
public interface CommandRunner {
  /**
   * Runs a command line. May block for as long as the command takes; is interrupted when the client
   * leaves or gets a signal.
   *
   * @return the exit code; empty if the command line is none that is run here. Then nothing has
   *     been done, and the client runs it itself
   */
  OptionalInt run(CommandClient client);
}
