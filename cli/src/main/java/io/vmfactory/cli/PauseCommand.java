package io.vmfactory.cli;

import io.vmfactory.client.sandbox.SandboxRuntime;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory pause} */
@Command(
    name = "pause",
    description = {
      "Stops the CPUs of sandboxes or leased VMs. Their memory stays, and so does the lease: it"
          + " ends as before unless it is renewed.",
      "Calls to what runs inside wait until vmfactory resume. To stop only the processes in the"
          + " containers, use vmfactory sandbox pause."
    },
    footer = {
      "  vmfactory pause web1        sandbox web1",
      "  vmfactory pause 0f3c… 77aa…   the VMs of these leases"
    })
final class PauseCommand implements Callable<Integer> {
  @ParentCommand private VmFactoryCommand root;

  @Mixin private LeaseOrSandbox.Many which;

  @Override
  public Integer call() {
    which.each(root, "pause", SandboxRuntime::pauseVm, DaemonHttp::pause);
    return Exit.OK.code();
  }
}
