package io.vmfactory.cli;

import io.vmfactory.api.runtime.v1.Container;
import io.vmfactory.client.ContainerCalls;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory runtime ls} */
@Command(
    name = "ls",
    description = "Lists the containers of the runtime service, also those that have stopped.",
    footer = {"  vmfactory runtime ls", "  vmfactory runtime ls --json | jq -r '.containers[].id'"})
final class RuntimeListCommand implements Callable<Integer> {
  @ParentCommand private RuntimeCommand parent;

  @Option(names = "--json", description = "Print the containers as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    VmFactoryCommand root = parent.root();
    List<Container> all;
    try (ContainerCalls service = root.containers()) {
      all = service.list("", root.deadline());
    }
    if (json) {
      List<JsonValue> containers = all.stream().map(ContainerText::json).toList();
      root.print(JsonValue.object().with("containers", JsonValue.array(containers)));
    } else {
      root.printTable(table(all, root).lines(0));
    }
    return Exit.OK.code();
  }

  private static TextTable table(List<Container> all, VmFactoryCommand root) {
    TextTable table = new TextTable("CONTAINER", "STATE", "AGE", "VM", "COMMAND");
    for (Container container : all) {
      Instant made = Instant.ofEpochMilli(container.getCreatedAtMillis());
      table.row(
          ContainerText.name(container),
          ContainerText.state(container),
          Show.span(Duration.between(made, root.now())),
          Show.shortened(container.getVmId()),
          String.join(" ", container.getCommandList()));
    }
    return table;
  }
}
