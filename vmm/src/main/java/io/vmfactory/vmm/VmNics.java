package io.vmfactory.vmm;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.NetworkNamespace;

/**
 * The NIC slots of one RUNNING VM. These steps are serial with those of {@link Vm}, but a failed
 * one leaves the VM as it was.
 */
public interface VmNics {
  /**
   * Connects a free slot: moves the host's end into {@code target} and brings it up there. It stays
   * until it is detached, or the VM or the namespace ends.
   *
   * @param name name of the host's end there, 1..15 characters; empty = {@code vmf} and digits of
   *     the VM's id
   * @throws VmmException with reason {@code INVALID} when the name is not legal, {@code EXISTS}
   *     when an interface in {@code target} has it, {@code RESOURCES} when no slot is free
   */
  NicPlace attach(NetworkNamespace target, String name, Deadline deadline);

  /**
   * Disconnects a slot, which is free then. The guest's end keeps its addresses.
   *
   * @param name name of the host's end in {@code from}
   * @return the place with the guest's end
   * @throws VmmException with reason {@code INVALID} when {@code from} has no host's end of this VM
   *     under that name
   */
  NicPlace detach(NetworkNamespace from, String name, Deadline deadline);
}
