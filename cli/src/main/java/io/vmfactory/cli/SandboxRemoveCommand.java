package io.vmfactory.cli;

import io.vmfactory.client.sandbox.Sandbox;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory sandbox rm} */
@Command(
    name = "rm",
    description = "Removes sandboxes with their containers and VMs.",
    footer = {"  vmfactory sandbox rm web1", "  vmfactory sandbox rm web1 web2"})
final class SandboxRemoveCommand implements Callable<Integer> {
  @ParentCommand private SandboxCommand parent;
  @Mixin private SandboxCommand.Ids which;

  @Override
  public Integer call() {
    which.each(parent.root(), Sandbox::delete);
    return Exit.OK.code();
  }
}
