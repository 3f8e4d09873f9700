package io.vmfactory.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory install} */
@Command(
    name = "install",
    description = {
      "Makes other programs of this host find vmfactory.",
      "Requires one of the commands below."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = InstallEnginesCommand.class,
    footer = {"  vmfactory install engines", "  sudo vmfactory install engines --write"})
final class InstallCommand {
  @ParentCommand private VmFactoryCommand root;

  VmFactoryCommand root() {
    return root;
  }
}
