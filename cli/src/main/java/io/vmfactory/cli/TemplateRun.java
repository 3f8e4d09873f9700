package io.vmfactory.cli;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.oci.OciProcess;
import java.util.List;

/**
 * Runs a command in a clone of a template.
 *
 * @param template the name of the template, for messages
 * @param command program and arguments; empty for the template's own
 * @param caller the program that called the command
 */
record TemplateRun(String template, List<String> command, ProcessOptions options, Caller caller) {

  /**
   * Starts the command in the container that was made last, and returns its process. In a container
   * whose program is not chosen yet, the command is its first process. In one that runs, it is
   * another process; without a command, the process is the one that runs.
   */
  Begun begin(Sandbox sandbox, Deadline deadline) {
    List<Container> all = sandbox.containers(deadline);
    if (all.isEmpty()) {
      throw new CliException(
          Exit.FAILURE,
          "template " + template + " has no container",
          "vmfactory get --template " + template + " gives a VM of it");
    }
    Container container = all.get(all.size() - 1);
    if (container.awaitsStart(deadline)) {
      container.start(this::changed, deadline);
      return Begun.first(container, sandbox);
    }
    ContainerProcess process =
        command.isEmpty() ? container.process() : container.exec(this::changed, deadline);
    return new Begun(process, container.id(), sandbox);
  }

  private OciProcess changed(OciProcess process) {
    OciProcess changed = options.applyTo(process, caller);
    return command.isEmpty() ? changed : changed.withArgs(command);
  }
}
