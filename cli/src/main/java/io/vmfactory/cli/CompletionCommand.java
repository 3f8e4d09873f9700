package io.vmfactory.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code vmfactory generate-completion} */
@Command(
    name = "generate-completion",
    description = {
      "Prints the completion script for bash and zsh.",
      "It knows the commands and options, and asks the daemon for leases, sandboxes and templates."
    },
    footer = {"  source <(vmfactory generate-completion)"})
final class CompletionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    CommandSpec root = spec.root();
    spec.commandLine().getOut().println(AutoComplete.bash(root.name(), root.commandLine()));
    try (InputStream names = CompletionCommand.class.getResourceAsStream("names.bash")) {
      if (names == null) {
        throw new IOException("not on the class path, build again: names.bash");
      }
      spec.commandLine().getOut().print(new String(names.readAllBytes(), StandardCharsets.UTF_8));
    }
    return Exit.OK.code();
  }
}
