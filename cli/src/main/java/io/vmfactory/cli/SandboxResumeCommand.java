package io.vmfactory.cli;

import io.vmfactory.client.sandbox.Sandbox;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** {@code vmfactory sandbox resume} */
@Command(
    name = "resume",
    description = "Resumes the processes of paused sandboxes.",
    footer = {"  vmfactory sandbox resume web1", "  vmfactory sandbox resume web1 web2"})
final class SandboxResumeCommand implements Callable<Integer> {
  @ParentCommand private SandboxCommand parent;
  @Mixin private SandboxCommand.Ids which;

  @Override
  public Integer call() {
    which.each(parent.root(), Sandbox::resume);
    return Exit.OK.code();
  }
}
