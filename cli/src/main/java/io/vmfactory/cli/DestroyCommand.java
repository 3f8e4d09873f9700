package io.vmfactory.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory destroy} */
@Command(
    name = "destroy",
    description = {
      "Deletes templates: the named ones, or all. VMs that were made from them go on.",
      "The last line is \"vm factory destroyed\"."
    },
    footer = {
      "  vmfactory destroy                          delete all templates",
      "  vmfactory destroy 4f1a09c2                 delete the one whose key begins like this",
      "  vmfactory destroy --shutdown               then stop the daemon and end its VMs",
      "  vmfactory destroy --shutdown --keep-vms    then stop the daemon, leave its VMs running"
    })
final class DestroyCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;

  @Parameters(paramLabel = "KEY", description = "A template's key, or its first 8 digits or more.")
  private List<String> keys = new ArrayList<>();

  @ArgGroup(exclusive = false)
  private Shutdown shutdown = new Shutdown();

  @Option(names = "--json", description = "Print the daemon's replies as JSON, one after another.")
  private boolean json;

  /** Options that make sense only together. */
  static final class Shutdown {
    @Option(names = "--shutdown", required = true, description = "Then stop the daemon.")
    private boolean wanted;

    @Option(
        names = "--keep-vms",
        description = "With --shutdown: leave leased and waiting VMs to the next daemon.")
    private boolean keepVms;
  }

  @Override
  public Integer call() {
    Factory factory = root.factory();
    for (String key : keys.isEmpty() ? all(factory) : keys) {
      JsonValue reply = factory.deleteTemplate(key);
      show(reply, "deleted template " + reply.text("key"));
    }
    if (shutdown.wanted) {
      show(factory.shutdown(shutdown.keepVms), "the daemon is stopping");
    }
    if (!json) {
      root.print("vm factory destroyed");
    }
    return Exit.OK.code();
  }

  private void show(JsonValue reply, String line) {
    if (json) {
      root.print(reply);
    } else {
      root.print(line);
    }
  }

  private static List<String> all(Factory factory) {
    return factory.templates().list("templates").stream().map(t -> t.text("key")).toList();
  }
}
