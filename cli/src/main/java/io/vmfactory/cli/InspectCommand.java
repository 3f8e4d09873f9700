package io.vmfactory.cli;

import io.vmfactory.client.ContainerCalls;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory inspect} */
@Command(
    name = "inspect",
    description = {"Prints what the runtime service knows about a detached container, as JSON."},
    footer = {"  vmfactory inspect web", "  vmfactory inspect web | jq .exitStatus"})
final class InspectCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;
  @Mixin private ContainerRef which;

  @Override
  public Integer call() {
    try (ContainerCalls service = root.containers()) {
      root.print(ContainerText.json(service.get(which.namespace(), which.id(), root.deadline())));
    }
    return Exit.OK.code();
  }
}
