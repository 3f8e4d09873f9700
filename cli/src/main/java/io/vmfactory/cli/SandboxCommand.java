package io.vmfactory.cli;

import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.configs.time.Deadline;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory sandbox}, and what its commands have in common. */
@Command(
    name = "sandbox",
    description = {
      "Manages the sandboxes of this host: VMs with the containers in them.",
      "Requires one of the commands below."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      SandboxListCommand.class,
      SandboxRemoveCommand.class,
      SandboxPauseCommand.class,
      SandboxResumeCommand.class
    },
    footer = {
      "  vmfactory sandbox ls",
      "  vmfactory sandbox pause web1 && vmfactory sandbox resume web1",
      "  vmfactory sandbox rm web1"
    })
final class SandboxCommand {
  @ParentCommand private VmFactoryCommand root;

  VmFactoryCommand root() {
    return root;
  }

  /** The sandboxes that a command is about. */
  static final class Ids {
    @Parameters(
        arity = "1..*",
        paramLabel = "SANDBOX",
        description = "Sandbox id, as listed by vmfactory sandbox ls.")
    private List<String> ids = new ArrayList<>();

    /** Applies {@code verb} to each sandbox in turn. Stops at the first failure. */
    void each(VmFactoryCommand root, BiConsumer<Sandbox, Deadline> verb) {
      try (SandboxRuntime runtime = root.sandboxes()) {
        for (String id : ids) {
          Deadline deadline = root.deadline();
          try (Sandbox sandbox = runtime.fetch(id, deadline)) {
            verb.accept(sandbox, deadline);
          }
        }
      }
    }
  }
}
