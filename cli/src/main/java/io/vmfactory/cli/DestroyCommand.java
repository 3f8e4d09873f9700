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
      "Deletes the given templates, or all of them.",
      "VMs already created from them keep running.",
      "The last line is \"vm factory destroyed\"."
    },
    footer = {
      "  vmfactory destroy                          delete all templates",
      "  vmfactory destroy 4f1a09c2                 delete the template whose key starts with this",
      "  vmfactory destroy --shutdown               also stop the daemon and end its VMs",
      "  vmfactory destroy --shutdown --keep-vms    also stop the daemon, but keep its VMs running"
    })
final class DestroyCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;

  @Parameters(paramLabel = "KEY", description = "Key of a template, or its first 8 or more digits.")
  private List<String> keys = new ArrayList<>();

  @ArgGroup(exclusive = false)
  private Shutdown shutdown = new Shutdown();

  @Option(names = "--json", description = "Print the daemon's replies as JSON, one after another.")
  private boolean json;

  /** The option --shutdown and the option that depends on it. */
  static final class Shutdown {
    @Option(names = "--shutdown", required = true, description = "Stop the daemon afterwards.")
    private boolean wanted;

    @Option(
        names = "--keep-vms",
        description = "With --shutdown: keep the VMs running; the next daemon takes them over.")
    private boolean keepVms;
  }

  @Override
  public Integer call() {
    DaemonHttp factory = root.factory();
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

  private static List<String> all(DaemonHttp factory) {
    return factory.templates().list("templates").stream().map(t -> t.text("key")).toList();
  }
}
