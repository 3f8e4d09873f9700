package io.vmfactory.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory pool}, and what its commands have in common. */
@Command(
    name = "pool",
    description = {
      "Manages the pools: VMs that the daemon keeps ready for each template.",
      "A warm VM has booted and is paused; a shell is a VM process that has not loaded the template"
          + " yet.",
      "Requires one of the commands below."
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
      "  vmfactory pool wait && vmfactory get     get a warm VM",
      "  vmfactory pool drain"
    })
final class PoolCommand {
  @ParentCommand private VmFactoryCommand root;

  VmFactoryCommand root() {
    return root;
  }

  /** The options that select the pools and the output format. */
  static final class Options {
    @Option(
        names = "--template",
        paramLabel = "KEY",
        description =
            "Only the pools of this template: its key, or its first 8 or more digits (default:"
                + " all).")
    private @Nullable String template;

    @Option(names = "--json", description = "Print the pools as JSON.")
    private boolean json;

    /** Returns the key or its first digits; null for all templates. */
    @Nullable String template() {
      return template;
    }

    /** Prints the pools of {@code reply}. */
    void show(VmFactoryCommand root, JsonValue reply) {
      if (json) {
        root.print(JsonValue.object().with("pools", JsonValue.array(reply.list("pools"))));
      } else {
        root.printTable(PoolsView.lines(reply.list("pools")));
      }
    }
  }
}
