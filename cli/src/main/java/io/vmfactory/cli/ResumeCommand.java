package io.vmfactory.cli;

import io.vmfactory.client.sandbox.SandboxRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory resume} */
@Command(
    name = "resume",
    description = {
      "Lets sandboxes or leased VMs run again that vmfactory pause has stopped. Their clocks are set."
    },
    footer = {
      "  vmfactory resume web1       sandbox web1",
      "  vmfactory resume 0f3c…      the VM of this lease"
    })
final class ResumeCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;

  @Parameters(
      arity = "1..*",
      paramLabel = "SANDBOX|LEASE",
      description = "Id of a sandbox, or lease id as printed by vmfactory get.")
  private List<String> which = new ArrayList<>();

  @Override
  public Integer call() {
    try (SandboxRuntime runtime = root.sandboxes()) {
      for (String word : which) {
        if (LeaseOrSandbox.isSandbox(word, runtime, root.deadline())) {
          runtime.resumeVm(word, root.deadline());
        } else {
          root.factory().resume(word);
        }
      }
    }
    return Exit.OK.code();
  }
}
