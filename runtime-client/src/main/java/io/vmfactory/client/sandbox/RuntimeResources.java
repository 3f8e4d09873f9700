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

/**
 * The resources that the sandboxes of a runtime share: the store, the source of VMs, and the VMs of
 * this process.
 */
final class RuntimeResources {
  private static final Logger LOG = LoggerFactory.getLogger(RuntimeResources.class);

  private final SandboxStore store;
  private final MachineSource machines;
  private final Map<String, Machine> taken = new ConcurrentHashMap<>();
  private final Set<Sandbox> handles = ConcurrentHashMap.newKeySet();

  RuntimeResources(SandboxStore store, MachineSource machines) {
    this.store = store;
    this.machines = machines;
  }

  SandboxStore store() {
    return store;
  }

  MachineSource machines() {
    return machines;
  }

  /** Records a VM that this process took for a sandbox. */
  void keep(String sandbox, Machine machine) {
    Machine before = taken.put(sandbox, machine);
    if (before != null) {
      before.close();
    }
  }

  /** Forgets the VM of a sandbox, because it has ended or another process owns it now. */
  void forget(String sandbox) {
    Machine machine = taken.remove(sandbox);
    if (machine != null) {
      machine.close();
    }
  }

  /** Returns the open sandboxes. The runtime closes those that are still open at its end. */
  Set<Sandbox> handles() {
    return handles;
  }

  /**
   * Returns the VM of a sandbox: the one that this process took, or the recorded one of another
   * process.
   */
  Machine machine(String sandbox, VmEntry vm) {
    Machine own = taken.get(sandbox);
    return own != null && owns(sandbox, vm) ? own : machines.open(RecordConversion.facts(vm));
  }

  /** Returns whether this process took that VM for a sandbox. */
  boolean owns(String sandbox, VmEntry vm) {
    Machine own = taken.get(sandbox);
    return own != null && own.facts().who().id().value().equals(vm.id());
  }

  void warn(String sandbox, String what, RuntimeException why) {
    LOG.warn("Sandbox {}: {}: {}", sandbox, what, why.getMessage());
  }
}
