package io.vmfactory.cli;

import io.vmfactory.client.sandbox.SandboxRuntime;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  @Mixin private LeaseOrSandbox.Many which;

  @Override
  public Integer call() {
    which.each(root, SandboxRuntime::resumeVm, DaemonHttp::resume);
    return Exit.OK.code();
  }
}
