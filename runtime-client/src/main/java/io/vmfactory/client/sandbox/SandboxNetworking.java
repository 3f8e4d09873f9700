package io.vmfactory.client.sandbox;

import io.vmfactory.client.FactoryException;
import io.vmfactory.client.machine.AttachedNic;
import io.vmfactory.client.machine.Machine;
import io.vmfactory.client.sandbox.SandboxNetwork.Link;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestNetwork;
import io.vmfactory.guest.GuestNetwork.Nic;
import io.vmfactory.vmm.VmmException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Makes the network of a guest like that of a network namespace. What is so already is not touched:
 * connections through it go on. So the same call again, and a call after a cut-off one, do what is
 * left to do.
 */
final class SandboxNetworking {
  private static final String LINK_LOCAL = "fe80:";

  private final Machine machine;
  private final GuestNetwork guest;
  private final Deadline deadline;

  SandboxNetworking(Machine machine, GuestNetwork guest, Deadline deadline) {
    this.machine = machine;
    this.guest = guest;
    this.deadline = deadline;
  }

  void run(SandboxNetwork wanted) {
    for (String hostEnd : wanted.unused()) {
      AttachedNic old = nic(() -> machine.detachNic(wanted.namespace(), hostEnd, deadline));
      guest.update(new Nic(device(old), "", List.of(), 0, ""), deadline);
    }
    wanted.links().forEach(link -> connect(wanted.namespace(), link));
    guest.updateRoutes(wanted.routes(), deadline);
    guest.addNeighbours(wanted.neighbours(), deadline);
  }

  private void connect(Path namespace, Link link) {
    List<Nic> before = guest.interfaces(deadline);
    if (link.attached() && before.stream().anyMatch(nic -> isSo(nic, link))) {
      return;
    }
    boolean known = before.stream().anyMatch(nic -> nic.mac().equals(link.mac()));
    String device = link.attached() && known ? "" : device(attached(namespace, link));
    guest.update(new Nic(device, link.name(), link.addresses(), link.mtu(), link.mac()), deadline);
  }

  /** If an earlier call was cut off, only a new connection says which NIC of the guest it is. */
  private AttachedNic attached(Path namespace, Link link) {
    if (link.attached()) {
      nic(() -> machine.detachNic(namespace, link.hostEnd(), deadline));
    }
    return nic(() -> machine.attachNic(namespace, link.hostEnd(), deadline));
  }

  /** The guest's names may have changed, the address of a NIC says which one it is. */
  private String device(AttachedNic nic) {
    return guest.interfaces(deadline).stream()
        .filter(it -> it.mac().equals(nic.guestMac()))
        .map(Nic::device)
        .findFirst()
        .orElse("");
  }

  private static boolean isSo(Nic nic, Link link) {
    Predicate<String> counts = address -> !address.startsWith(LINK_LOCAL);
    return nic.name().equals(link.name())
        && nic.mac().equals(link.mac())
        && nic.mtu() == link.mtu()
        && nic.addresses().stream()
            .filter(counts)
            .collect(Collectors.toSet())
            .equals(Set.copyOf(link.addresses()));
  }

  private static AttachedNic nic(Supplier<AttachedNic> step) {
    try {
      return step.get();
    } catch (FactoryException | VmmException e) {
      throw SandboxFailures.ofDevice(e);
    }
  }
}
