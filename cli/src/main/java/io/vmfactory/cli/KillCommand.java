package io.vmfactory.cli;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxStatus.State;
import io.vmfactory.configs.time.Deadline;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code vmfactory kill} */
@Command(
    name = "kill",
    description = {
      "Sends a signal to all processes of a container, or of all containers of a sandbox.",
      "The first process of a container ignores every signal that it does not handle, except KILL.",
      "KILL deletes a suspended sandbox."
    },
    footer = {
      "  vmfactory kill web1",
      "  vmfactory kill --signal TERM web1/c0",
      "  vmfactory kill --signal 10 web1"
    })
final class KillCommand implements Callable<Integer> {
  private static final int SIGKILL = 9;

  @ParentCommand private VmFactoryCommand root;
  @Spec private CommandSpec spec;

  @Option(
      names = {"-s", "--signal"},
      paramLabel = "S",
      defaultValue = "KILL",
      description =
          "Signal to send: a name such as TERM or RTMIN+1, or a number 1..64 (default:"
              + " ${DEFAULT-VALUE}).")
  private String signal;

  @Parameters(
      paramLabel = "SANDBOX[/CONTAINER]",
      description = "The sandbox, or one container in it.")
  private String where;

  @Override
  public Integer call() {
    int number = number(signal);
    Deadline deadline = root.deadline();
    SandboxRef ref = SandboxRef.parse(where);
    try (SandboxRuntime runtime = root.sandboxes();
        Sandbox sandbox = ref.fetch(runtime, deadline)) {
      if (number == SIGKILL && sandbox.status(deadline).state() == State.SUSPENDED) {
        sandbox.delete(deadline); // its processes exist on disk only
        return Exit.OK.code();
      }
      for (Container container : ref.containers(sandbox, deadline)) {
        container.kill(number, deadline);
      }
    }
    return Exit.OK.code();
  }

  private int number(String text) {
    int number = text.matches("\\d{1,4}") ? Integer.parseInt(text) : SignalNames.number(text);
    if (number < 1 || number > SignalNames.LAST) {
      throw new ParameterException(
          spec.commandLine(),
          "--signal is '"
              + text
              + "'; it must be a name such as TERM or RTMIN+1, or a number 1..64");
    }
    return number;
  }
}
