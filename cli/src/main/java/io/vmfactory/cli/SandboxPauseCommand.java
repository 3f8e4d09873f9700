package io.vmfactory.cli;

import io.vmfactory.client.sandbox.Sandbox;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory sandbox pause} */
@Command(
    name = "pause",
    description =
        "Pauses all processes in the containers of the sandboxes; the VMs keep running, idle.",
    footer = {"  vmfactory sandbox pause web1", "  vmfactory sandbox pause web1 web2"})
final class SandboxPauseCommand implements Callable<Integer> {
  @ParentCommand private SandboxCommand parent;
  @Mixin private SandboxCommand.Ids which;

  @Override
  public Integer call() {
    which.each(parent.root(), Sandbox::pause);
    return Exit.OK.code();
  }
}
