package io.vmfactory.cli;

import io.vmfactory.client.sandbox.RuntimeSettings;
import io.vmfactory.client.sandbox.SandboxRuntime;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the container commands depend on; tests replace it.
 *
 * @param runtime opens the sandboxes of this host
 * @param session connects the streams and signals of this process to a container
 */
record ContainerAccess(
    Function<RuntimeSettings, SandboxRuntime> runtime, Supplier<Session> session) {
  static ContainerAccess ofThisProcess() {
    return new ContainerAccess(
        SandboxRuntime::open,
        () -> new Session(Stdio.ofThisProcess(), Signals.ofThisProcess(), System::exit));
  }
}
