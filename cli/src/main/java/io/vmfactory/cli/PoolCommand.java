package io.vmfactory.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory pool}: what its commands have in common. */
@Command(
    name = "pool",
    description = {
      "The VMs that are kept ready for each template: warm ones, which are up and stopped, and"
          + " shells, which wait for the template's state.",
      "Needs one of the commands below."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      PoolListCommand.class,
      PoolResizeCommand.class,
      PoolDrainCommand.class,
      PoolWaitCommand.class
    },
    footer = {
      "  vmfactory pool list",
      "  vmfactory pool resize --warm 8",
      "  vmfactory pool wait && vmfactory get     a VM that was up already",
      "  vmfactory pool drain"
    })
final class PoolCommand {
  @ParentCommand private VmFactoryCommand root;

  VmFactoryCommand root() {
    return root;
  }

  /** Which pools, and how they are shown. */
  static final class Options {
    @Option(
        names = "--template",
        paramLabel = "KEY",
        description = "Only of this template: its key, or its first 8 digits or more; else of all.")
    private @Nullable String template;

    @Option(names = "--json", description = "Print the pools as JSON.")
    private boolean json;

    /** Null = every one. */
    @Nullable String template() {
      return template;
    }

    /** Prints the pools of {@code reply}. */
    void show(VmFactoryCommand root, JsonValue reply) {
      if (json) {
        root.print(JsonValue.object().with("pools", JsonValue.array(reply.list("pools"))));
      } else {
        root.print(PoolsView.lines(reply.list("pools")));
      }
    }
  }
}
