package io.vmfactory.cli;

import io.vmfactory.client.ContainerCalls;
import io.vmfactory.configs.time.Deadline;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory stop} */
@Command(
    name = "stop",
    description = {
      "Stops a detached container: SIGTERM, and after a while SIGKILL.",
      "Its exit code and its output stay until vmfactory rm."
    },
    footer = {"  vmfactory stop web", "  vmfactory stop --grace 1s web"})
final class StopCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;
  @Mixin private ContainerRef which;

  @Option(
      names = "--grace",
      paramLabel = "DURATION",
      defaultValue = "10s",
      description = "Time between SIGTERM and SIGKILL (default: ${DEFAULT-VALUE}).")
  private Duration grace = Duration.ZERO;

  @Override
  public Integer call() {
    Deadline deadline = Deadline.after(root.deadline().remaining().plus(grace));
    try (ContainerCalls service = root.containers()) {
      service.stop(which.namespace(), which.id(), grace, deadline);
    }
    return Exit.OK.code();
  }
}
