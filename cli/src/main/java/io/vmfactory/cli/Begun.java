package io.vmfactory.cli;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerProcess;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxVm;
import io.vmfactory.configs.time.Deadline;
import java.nio.file.Path;
import java.util.List;

/**
 * A process in a container that has begun.
 *
 * @param process the process
 * @param container the id of its container
 * @param sandbox the sandbox of its container
 */
record Begun(ContainerProcess process, String container, Sandbox sandbox) {
  /** Returns the first process of {@code container}. */
  static Begun first(Container container, Sandbox sandbox) {
    return new Begun(container.process(), container.id(), sandbox);
  }

  /** Returns the sockets of the agent's ports of its VM; empty if the VM has ended. */
  List<Path> ports(Deadline deadline) {
    SandboxVm vm = sandbox.status(deadline).vm();
    return vm == null ? List.of() : vm.agentPorts();
  }
}
