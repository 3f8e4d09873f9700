package io.vmfactory.cli;

import io.vmfactory.client.ContainerCalls;
import io.vmfactory.client.FactoryException;
import io.vmfactory.client.FactoryException.Code;
import io.vmfactory.client.sandbox.SandboxRuntime;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory rm} */
@Command(
    name = "rm",
    description = {"Removes a detached container with its output, or a suspended sandbox."},
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
    } catch (FactoryException e) {
      boolean other = e.code() == Code.NOT_FOUND || e.code() == Code.NOT_RUNNING;
      if (!other || !removedSuspended()) {
        throw e;
      }
    }
    return Exit.OK.code();
  }

  private boolean removedSuspended() {
    try (SandboxRuntime runtime = root.sandboxes()) {
      if (runtime.suspended(root.deadline()).stream()
          .noneMatch(one -> one.id().equals(which.id()))) {
        return false;
      }
      runtime.fetch(which.id(), root.deadline()).delete(root.deadline());
      return true;
    }
  }
}
