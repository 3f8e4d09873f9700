package io.vmfactory.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory status} */
@Command(
    name = "status",
    description = {
      "Shows what the daemon holds and what went wrong lately.",
      "The last line is \"vm factory is on\" when a usable template of the configured shape exists,"
          + " else \"vm factory is off\"."
    },
    footer = {
      "  vmfactory status",
      "  vmfactory status --memory           measure each VM's memory, too",
      "  vmfactory status --json | jq .vms"
    })
final class StatusCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;

  @Option(names = "--memory", description = "Measure the memory of each VM (about 1 ms each).")
  private boolean memory;

  @Option(names = "--json", description = "Print the daemon's reply as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    try {
      show(root.factory().status(memory));
    } catch (CliException e) {
      if (e.exit() == Exit.NOT_RUNNING && !json) {
        root.print(StatusView.lastLine(false));
      }
      throw e;
    }
    return Exit.OK.code();
  }

  private void show(Json reply) {
    if (json) {
      root.print(reply);
    } else {
      root.print(StatusView.lines(reply, root.now()));
    }
  }
}
