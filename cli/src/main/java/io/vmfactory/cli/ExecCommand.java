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
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory exec} */
@Command(
    name = "exec",
    description = {
      "Runs one more command in a container that runs. Streams, signals, window size and exit code"
          + " are as with run.",
      "It begins with the environment and the directory of the command that run was given, as root"
          + " unless told otherwise."
    },
    exitCodeOnInvalidInput = Exit.OF_OUR_OWN,
    exitCodeOnExecutionException = Exit.OF_OUR_OWN,
    exitCodeList = {
      "125:vmfactory failed, or was used wrongly",
      "126:the command cannot be executed",
      "127:there is no such command",
      "128+N:signal N ended the command",
      "else:the command's own exit code"
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
      description = "Where; the container may be left out when there is one.")
  private String where;

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "CMD", description = "What to run.")
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
    OciProcess like = ProcessNote.read(sandbox.status(deadline).annotations());
    OciProcess wanted = process.applyTo(like, root.surroundings().variables()).withArgs(words());
    ContainerProcess started = container.exec(wanted, deadline);
    try {
      return session.attach(started, process.attachment());
    } catch (RuntimeException e) {
      Session.kill(started);
      throw e;
    }
  }

  /** Behind the sandbox everything is the command's own; only a first {@code --} is ours. */
  private List<String> words() {
    return command.get(0).equals("--") ? command.subList(1, command.size()) : command;
  }
}
