package io.vmfactory.runtime.containers;

import io.vmfactory.client.FactoryClient;
import io.vmfactory.client.sandbox.SandboxRuntime;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.linux.Processes;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * What all containers use.
 *
 * @param runtime the sandboxes
 * @param journal the records
 * @param pumps runs short tasks: copies output
 * @param ends runs tasks that may block: ends VMs
 * @param processes watches processes that stand for containers
 * @param clock the host's clock
 * @param removed takes a container that does not exist any more
 * @param leases the leases of the daemon
 */
record Keeping(
    SandboxRuntime runtime,
    ContainerJournal journal,
    Executor pumps,
    Executor ends,
    Processes processes,
    WallClock clock,
    Consumer<KeptContainer> removed,
    Leases leases) {
  /** The leases of the daemon. */
  record Leases(FactoryClient factory, LeaseWatch watch) {}
}
