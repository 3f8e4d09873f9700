package io.vmfactory.cli;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory exec} */
@Command(
    name = "exec",
    description = {
      "Runs another command in a running container.",
      "Streams, signals, window size and exit code work as with vmfactory run.",
      "The command begins as the container's first one: user, groups, capabilities, limits,"
          + " environment, working directory. The options change that."
    },
    exitCodeOnInvalidInput = Exit.OF_OUR_OWN,
    exitCodeOnExecutionException = Exit.OF_OUR_OWN,
    exitCodeList = {
      "125:vmfactory itself failed",
      "126:the command exists but cannot be executed",
      "127:the command was not found",
      "128+N:the command was ended by signal N",
      "other:the exit code of the command"
    },
    footer = {
      "  vmfactory exec -i -t web1 -- sh",
      "  vmfactory exec web1/c0 -- cat /etc/os-release",
      "  vmfactory exec --user 1000 --env LANG=C web1 -- id"
    })
final class ExecCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;
  @Mixin private ProcessOptions process;

  @Parameters(
      index = "0",
      paramLabel = "SANDBOX[/CONTAINER]",
      description =
          "The sandbox and the container. The container may be omitted if the sandbox has only"
              + " one.")
  private String where;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "CMD",
      description = "The command and its arguments.")
  private List<String> command = new ArrayList<>();

  @Override
  public Integer call() {
    Session session = root.session();
    SandboxRef ref = SandboxRef.parse(where);
    return session.guarded(
        () -> {
          try (SandboxRuntime runtime = root.sandboxes();
              Sandbox sandbox = ref.fetch(runtime, root.deadline())) {
            return run(session, ref, sandbox);
          }
        });
  }

  private int run(Session session, SandboxRef ref, Sandbox sandbox) {
    Deadline deadline = root.deadline();
    Container container = ref.theContainer(sandbox, deadline);
    UnaryOperator<OciProcess> wanted =
        like -> process.applyTo(like, root.caller()).withArgs(words());
    ContainerProcess started = container.exec(wanted, deadline);
    try {
      return session.attach(
          new Begun(started, container.id(), sandbox),
          process.attachment(root.caller().terminals()));
    } catch (RuntimeException e) {
      Session.kill(started);
      throw e;
    }
  }

  /**
   * Returns the words of the command. All words after the sandbox belong to it, except a leading
   * {@code --}.
   */
  private List<String> words() {
    return command.get(0).equals("--") ? command.subList(1, command.size()) : command;
  }
}
