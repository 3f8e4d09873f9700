package io.vmfactory.cli;

import io.vmfactory.client.sandbox.RuntimeSettings;
import io.vmfactory.client.sandbox.SandboxRuntime;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the container commands depend on; tests replace it.
 *
 * @param runtime opens the sandboxes of this host
 * @param session connects the user to a process
 * @param first begins the first process of a container in the foreground
 */
record ContainerAccess(
    Function<RuntimeSettings, SandboxRuntime> runtime,
    Supplier<Session> session,
    FirstProcess first) {
  ContainerAccess(Function<RuntimeSettings, SandboxRuntime> runtime, Supplier<Session> session) {
    this(runtime, session, FirstProcess::inRuntime);
  }

  static ContainerAccess ofThisProcess() {
    return new ContainerAccess(
        SandboxRuntime::open,
        () -> new StreamSession(Stdio.ofThisProcess(), Signals.ofThisProcess(), System::exit));
  }
}
