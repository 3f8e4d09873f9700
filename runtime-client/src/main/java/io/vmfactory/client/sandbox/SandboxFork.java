package io.vmfactory.client.sandbox;

import java.time.Duration;
import java.util.List;

/**
 * Clones of a sandbox. Each is a sandbox of its own and lives until it is deleted or its lease
 * expires; nothing renews the lease unless the caller does.
 *
 * @param clones the clones
 * @param pause how long the CPUs of the source stood still
 */
public record SandboxFork(List<Clone> clones, Duration pause) {
  public SandboxFork {
    clones = List.copyOf(clones);
  }

  /**
   * A clone of a sandbox.
   *
   * @param id the id of the new sandbox
   * @param leaseId the id of the lease of its VM
   */
  public record Clone(String id, String leaseId) {}
}
