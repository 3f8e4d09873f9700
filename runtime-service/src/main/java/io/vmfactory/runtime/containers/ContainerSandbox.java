package io.vmfactory.runtime.containers;

import io.vmfactory.client.sandbox.Sandbox;
import io.vmfactory.client.sandbox.SandboxVm;
import io.vmfactory.configs.time.Deadline;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sandbox of a container, and the handle that the service has of it. Thread-safe. */
final class ContainerSandbox {
  private final Keeping keeping;
  private final ContainerRecord record;
  private volatile String vmId = "";
  private volatile @Nullable Sandbox known;

  ContainerSandbox(Keeping keeping, ContainerRecord record) {
    this.keeping = keeping;
    this.record = record;
  }

  /** Takes a handle, which stays open until {@link #disconnect}. */
  void use(Sandbox sandbox, Deadline deadline) {
    known = sandbox;
    SandboxVm vm = sandbox.status(deadline).vm();
    vmId = vm == null ? "" : vm.id();
  }

  /** Returns the sandbox. */
  Sandbox get(Deadline deadline) {
    Sandbox now = known;
    return now != null ? now : keeping.runtime().fetch(record.sandbox(), deadline);
  }

  /** Returns the id of the VM of the handle that was taken last. */
  String vmId() {
    return vmId;
  }

  /** Returns the sockets of the agent's ports; none if there is no VM. */
  List<Path> ports(Deadline deadline) {
    SandboxVm vm = get(deadline).status(deadline).vm();
    return vm == null ? List.of() : vm.agentPorts();
  }

  /** Lets go of the handle, because its VM is gone. */
  void disconnect() {
    Sandbox now = known;
    known = null;
    if (now != null) {
      now.close();
    }
  }
}
