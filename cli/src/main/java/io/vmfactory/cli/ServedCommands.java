package io.vmfactory.cli;

import io.vmfactory.configs.VmFactoryConfig;
import io.vmfactory.runtime.commands.CommandClient;
import io.vmfactory.runtime.commands.CommandRunner;
import io.vmfactory.runtime.containers.Containers;
import io.vmfactory.runtime.containers.Foreground;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The commands that the runtime service runs for clients without a JVM, by the code that runs them
 * in a JVM of their own.
 *
 * @param config the configuration of the service; a client with another one runs its command itself
 * @param foreground the containers that begin here
 */
record ServedCommands(VmFactoryConfig config, Foreground foreground) implements CommandRunner {
  private static final Set<String> VERBS =
      Set.of("run", "exec", "ps", "kill", "stats", "wait", "stop", "rm", "inspect");

  /** Options of these commands that need what the service has not. */
  private static final Set<String> NOT_HERE = Set.of("--template");

  static CommandRunner of(VmFactoryConfig config, Containers containers) {
    return new ServedCommands(config, new Foreground(containers));
  }

  /** Returns whether a command line may be run here. Its options decide when they are read. */
  static boolean serves(List<String> words) {
    String[] all = words.toArray(String[]::new);
    String verb = Commands.verb(all);
    boolean list = "runtime".equals(verb) && words.contains("ls") && !Commands.isServe(all);
    boolean known = list || (verb != null && VERBS.contains(verb));
    return known
        && words.stream().noneMatch(word -> NOT_HERE.contains(word.replaceFirst("=.*", "")));
  }

  @Override
  public OptionalInt run(CommandClient client) {
    if (!serves(client.request().words())) {
      return OptionalInt.empty();
    }
    try (ServedCall call = new ServedCall(config, foreground, client)) {
      return call.run();
    }
  }
}
