package io.vmfactory.cli;

import io.vmfactory.client.sandbox.Container;
import io.vmfactory.client.sandbox.ContainerSpec;
import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.client.sandbox.SandboxSpec;
import io.vmfactory.configs.time.Deadline;

/** Begins the first process of a container in the foreground. */
@FunctionalInterface
interface FirstProcess {
  /**
   * Makes a container in a VM of its own and starts it.
   *
   * @param runtime the sandboxes of this process
   */
  Begun begin(SandboxRuntime runtime, SandboxSpec asked, ContainerSpec wanted, Deadline deadline);

  /** Begins it in a sandbox of {@code runtime}, which deletes the sandbox when it is closed. */
  static Begun inRuntime(
      SandboxRuntime runtime, SandboxSpec asked, ContainerSpec wanted, Deadline deadline) {
    Sandbox sandbox = runtime.create(asked, deadline);
    sandbox.start(deadline);
    Container container = sandbox.createContainer(wanted, deadline);
    container.start(deadline);
    return Begun.first(container, sandbox);
  }
}
