package io.vmfactory.client.sandbox;

import io.vmfactory.client.machine.MachineFacts;
import io.vmfactory.client.machine.SuspendedMachine;
import io.vmfactory.client.machine.SuspendedMachines;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Suspended VMs without files. */
final class FakeSuspensions implements SuspendedMachines {
  /** The suspended VMs, by lease, with their descriptions. */
  final Map<String, SuspendedMachine> all = new LinkedHashMap<>();

  final Map<String, byte[]> descriptions = new LinkedHashMap<>();
  private final List<String> asked;

  /**
   * @param asked gets what was asked for
   */
  FakeSuspensions(List<String> asked) {
    this.asked = asked;
  }

  @Override
  public SuspendedMachine suspend(
      MachineFacts machine, Inside inside, Duration ttl, Deadline deadline) {
    asked.add("suspend " + machine.leaseId() + " " + ttl);
    SuspendedMachine vm =
        new SuspendedMachine(
            machine.leaseId(),
            inside.labels(),
            Instant.EPOCH,
            Instant.EPOCH,
            9,
            new Sizing(1, 256),
            machine.hostname());
    all.put(machine.leaseId(), vm);
    descriptions.put(machine.leaseId(), inside.description());
    return vm;
  }

  @Override
  public List<SuspendedMachine> list(Deadline deadline) {
    return List.copyOf(all.values());
  }

  @Override
  public Resumed resume(String leaseId, Duration ttl, Deadline deadline) {
    asked.add("resume " + leaseId + " " + ttl);
    all.remove(leaseId);
    byte[] description = descriptions.remove(leaseId);
    MachineFacts facts = FakeVms.leased(VmId.random(), leaseId);
    return new Resumed(facts, description == null ? new byte[0] : description);
  }

  @Override
  public void delete(String leaseId, Deadline deadline) {
    asked.add("delete " + leaseId);
    all.remove(leaseId);
  }
}
