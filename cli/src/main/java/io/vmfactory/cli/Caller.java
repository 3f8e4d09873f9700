package io.vmfactory.cli;

import io.vmfactory.configs.LoadedConfig;
import io.vmfactory.configs.Surroundings;
import java.util.function.Consumer;

/**
 * The program that called the command, and what the command takes from it.
 *
 * @param surroundings its user and environment
 * @param directory the directory in which relative names of files begin, an absolute path; empty
 *     for that of this process
 * @param terminals its terminals
 * @param allowed gets the configuration before it is used; throws if it cannot be used here
 */
record Caller(
    Surroundings surroundings,
    String directory,
    Terminals terminals,
    Consumer<LoadedConfig> allowed) {

  /** Returns the caller of this process, with other surroundings. */
  static Caller with(Surroundings surroundings) {
    return new Caller(surroundings, "", Terminals.ofThisProcess(), config -> {});
  }

  /** Returns a name of a file, as typed, so that this process finds the file. */
  String file(String typed) {
    return directory.isEmpty() || typed.isEmpty() || typed.startsWith("/")
        ? typed
        : directory + "/" + typed;
  }
}
