package io.vmfactory.client.sandbox;

import io.vmfactory.client.machine.Machine;
import io.vmfactory.client.machine.MachineSource;
import io.vmfactory.client.sandbox.state.SandboxRecord.VmEntry;
import io.vmfactory.client.sandbox.state.SandboxStore;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the sandboxes of a runtime instance share: the disk, the source of VMs, the VMs taken. */
final class OwnedSandboxes {
  private static final Logger LOG = LoggerFactory.getLogger(OwnedSandboxes.class);

  private final SandboxStore store;
  private final MachineSource machines;
  private final Map<String, Machine> taken = new ConcurrentHashMap<>();
  private final Set<Sandbox> handles = ConcurrentHashMap.newKeySet();

  OwnedSandboxes(SandboxStore store, MachineSource machines) {
    this.store = store;
    this.machines = machines;
  }

  SandboxStore store() {
    return store;
  }

  MachineSource machines() {
    return machines;
  }

  /** Keeps a VM that was taken for a sandbox: it is this process's. */
  void keep(String sandbox, Machine machine) {
    taken.put(sandbox, machine);
  }

  /** Lets go of it: it has ended, or is somebody else's now. */
  void forget(String sandbox) {
    Machine machine = taken.remove(sandbox);
    if (machine != null) {
      machine.close();
    }
  }

  /** Whoever has a handle closes it, or this runtime instance does at its end. */
  Set<Sandbox> handles() {
    return handles;
  }

  /** The VM of a sandbox: this process's own or, as it is on disk, another's. */
  Machine machine(String sandbox, VmEntry vm) {
    Machine own = taken.get(sandbox);
    boolean same = own != null && own.facts().who().id().value().equals(vm.id());
    return same ? own : machines.open(Records.facts(vm));
  }

  void complain(String sandbox, String what, RuntimeException why) {
    LOG.warn("Sandbox {}: {}: {}", sandbox, what, why.getMessage());
  }
}
