package io.vmfactory.client.machine;

import io.vmfactory.configs.time.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Leased VMs on disk: how they get there, which there are, and how they run again. */
public interface SuspendedMachines {
  /** What is kept with a suspended VM: labels and a description, together at most 64 KiB. */
  record Inside(Map<String, String> labels, byte[] description) {}

  /**
   * A VM that was suspended and runs again. Nothing renews its lease.
   *
   * @param description as given when it was suspended
   */
  record Resumed(MachineFacts facts, byte[] description) {}

  /**
   * Stores a leased VM on disk and ends its process. If the call fails, the VM goes on.
   *
   * @param ttl how long it may stay so; null for the daemon's default
   */
  SuspendedMachine suspend(
      MachineFacts machine, Inside inside, @Nullable Duration ttl, Deadline deadline);

  /** Returns all, oldest first. */
  List<SuspendedMachine> list(Deadline deadline);

  /**
   * Makes a suspended VM again, or lets a paused one go on. If the call fails, the VM is suspended
   * as before.
   *
   * @param ttl duration of its lease from now on; null for the one that it had
   */
  Resumed resume(String leaseId, @Nullable Duration ttl, Deadline deadline);

  /** Deletes a suspended VM. */
  void delete(String leaseId, Deadline deadline);
}
