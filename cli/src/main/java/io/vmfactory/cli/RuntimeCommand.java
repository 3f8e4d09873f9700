package io.vmfactory.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory runtime} */
@Command(
    name = "runtime",
    description = {
      "The runtime service, which keeps containers that outlive the command that started them.",
      "Requires one of the commands below."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {RuntimeServeCommand.class, RuntimeListCommand.class},
    footer = {"  vmfactory runtime serve &", "  vmfactory runtime ls"})
final class RuntimeCommand {
  @ParentCommand private VmFactoryCommand root;

  VmFactoryCommand root() {
    return root;
  }
}
