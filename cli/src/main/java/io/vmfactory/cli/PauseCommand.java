package io.vmfactory.cli;

import io.vmfactory.client.sandbox.SandboxRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory pause} */
@Command(
    name = "pause",
    description = {
      "Stops the CPUs of sandboxes or leased VMs. Their memory stays, and so does the lease: it ends as"
          + " before unless it is renewed.",
      "Calls to what runs inside wait until vmfactory resume. To stop only the processes in the"
          + " containers, use vmfactory sandbox pause."
    },
    footer = {
      "  vmfactory pause web1        sandbox web1",
      "  vmfactory pause 0f3c… 77aa…   the VMs of these leases"
    })
final class PauseCommand implements Callable<Integer> {
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
          runtime.pauseVm(word, root.deadline());
        } else {
          root.factory().pause(word);
        }
      }
    }
    return Exit.OK.code();
  }
}
