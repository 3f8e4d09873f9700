package io.vmfactory.cli;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.ContainerInfo;
import io.vmfactory.guest.oci.OciProcess;
import java.util.List;
import java.util.Map;

/**
 * Runs a command in a clone of a template.
 *
 * @param template the name of the template, for messages
 * @param command program and arguments; empty for the template's own
 * @param environment the variables of this process
 */
record TemplateRun(
    String template,
    List<String> command,
    ProcessOptions options,
    Map<String, String> environment) {

  /**
   * Starts the command in the container that was made last, and returns its process. In a container
   * whose program is not chosen yet, the command is its first process. In one that runs, it is
   * another process; without a command, the process is the one that runs.
   */
  ContainerProcess begin(Sandbox sandbox, Deadline deadline) {
    List<Container> all = sandbox.containers(deadline);
    if (all.isEmpty()) {
      throw new CliException(
          Exit.FAILURE,
          "template " + template + " has no container",
          "vmfactory get --template " + template + " gives a VM of it");
    }
    Container container = all.get(all.size() - 1);
    if (container.status(deadline).state() == ContainerInfo.State.CREATED) {
      container.start(this::changed, deadline);
      return container.process();
    }
    return command.isEmpty() ? container.process() : container.exec(this::changed, deadline);
  }

  private OciProcess changed(OciProcess process) {
    OciProcess changed = options.applyTo(process, environment);
    return command.isEmpty() ? changed : changed.withArgs(command);
  }
}
