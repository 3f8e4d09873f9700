package io.vmfactory.cli;

import io.vmfactory.api.runtime.v1.Container;
import io.vmfactory.client.ContainerCalls;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory wait} */
@Command(
    name = "wait",
    description = {
      "Waits until a detached container has stopped, and prints its exit code.",
      "Ctrl-C ends the wait, not the container."
    },
    footer = {"  vmfactory wait web"})
final class WaitCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;
  @Mixin private ContainerRef which;

  @Override
  public Integer call() {
    try (ContainerCalls service = root.containers()) {
      Container ended = new ContainerFollower(service, which, root.err()).await(root.deadline());
      root.print(Integer.toString(ended.getExitStatus()));
    }
    return Exit.OK.code();
  }
}
