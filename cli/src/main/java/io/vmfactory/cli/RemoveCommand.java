package io.vmfactory.cli;

import io.vmfactory.client.ContainerCalls;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory rm} */
@Command(
    name = "rm",
    description = {"Removes a detached container with its output."},
    footer = {"  vmfactory rm web", "  vmfactory rm --force web      ends it first"})
final class RemoveCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;
  @Mixin private ContainerRef which;

  @Option(
      names = {"-f", "--force"},
      description = "End the container first if it has not stopped.")
  private boolean force;

  @Override
  public Integer call() {
    try (ContainerCalls service = root.containers()) {
      service.delete(which.namespace(), which.id(), force, root.deadline());
    }
    return Exit.OK.code();
  }
}
