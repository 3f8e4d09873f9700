package io.vmfactory.cli;

import io.vmfactory.client.ContainerCalls;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory attach} */
@Command(
    name = "attach",
    description = {
      "Prints the output of a detached container: what is recorded, then what follows, until it"
          + " stops. The exit code is that of the container.",
      "Ctrl-C ends this command, not the container."
    },
    exitCodeOnInvalidInput = Exit.OF_OUR_OWN,
    exitCodeOnExecutionException = Exit.OF_OUR_OWN,
    exitCodeList = {"125:vmfactory itself failed", "other:the exit code of the container"},
    footer = {"  vmfactory attach web"})
final class AttachCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;
  @Mixin private ContainerRef which;

  @Override
  public Integer call() {
    try (ContainerCalls service = root.containers()) {
      ContainerFollower follower = new ContainerFollower(service, which, root.err());
      return follower.follow(Stdio.ofThisProcess(), root.deadline()).getExitStatus();
    }
  }
}
