package io.vmfactory.cli;

import io.vmfactory.client.sandbox.RuntimeSettings;
import io.vmfactory.client.sandbox.SandboxRuntime;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the commands about containers work with.
 *
 * @param runtime opens the sandboxes of this host
 * @param session takes over this process's streams and signals
 */
record Outside(Function<RuntimeSettings, SandboxRuntime> runtime, Supplier<Session> session) {
  static Outside ofThisProcess() {
    return new Outside(
        SandboxRuntime::open,
        () -> new Session(Stdio.ofThisProcess(), Signals.ofThisProcess(), System::exit));
  }
}
