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

/** {@code vmfactory sandbox}: what its commands have in common. */
@Command(
    name = "sandbox",
    description = {
      "The sandboxes of this host: a VM each, with the containers in it.",
      "Needs one of the commands below."
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

  /** Which sandboxes. */
  static final class Ids {
    @Parameters(arity = "1..*", paramLabel = "SANDBOX", description = "Ids, as ls shows them.")
    private List<String> ids = new ArrayList<>();

    /** Does {@code verb} to each in turn; the first failure ends it. */
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
