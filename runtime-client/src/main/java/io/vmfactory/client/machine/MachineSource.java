package io.vmfactory.client.machine;

import io.vmfactory.api.v1.SnapshotVmResponse;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.vmm.VmId;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The source of VMs. Closing it does not affect its VMs. */
public interface MachineSource extends AutoCloseable {
  /**
   * Takes a VM for this process.
   *
   * @param directId the id of the VM if it is booted directly
   */
  Machine take(MachineRequest wanted, VmId directId, Deadline deadline);

  /**
   * Makes clones of a leased VM; all or none.
   *
   * @param ttl time to live of each lease; null for the daemon's default
   */
  ForkedMachines fork(
      MachineFacts source, int count, @Nullable Duration ttl, String owner, Deadline deadline);

  /** Stops the CPUs of a leased VM; memory and lease stay. */
  void pause(MachineFacts machine, Deadline deadline);

  /** Returns the leased VMs that are suspended. */
  SuspendedMachines suspended();

  /**
   * Stores a leased VM as the next version of a named template. The VM goes on. If the call fails
   * or is interrupted, nothing is left of it.
   *
   * @param description given back with each clone; together with the labels at most 64 KiB
   */
  SnapshotVmResponse snapshot(
      MachineFacts source,
      String name,
      Map<String, String> labels,
      byte[] description,
      Deadline deadline);

  /** Opens a VM that another process took. */
  Machine open(MachineFacts facts);

  /**
   * Takes over a VM from a process that has ended: renews its lease, or controls it through its
   * monitor, as the process that took it did.
   */
  Machine takeOver(MachineFacts facts, Deadline deadline);

  /**
   * Ends a VM that a process booted directly and left behind, and removes its directories.
   *
   * @param recorded its description; null if only its id is known
   */
  void clear(VmId directId, @Nullable MachineFacts recorded, Deadline deadline);

  @Override
  void close();
}
