package io.vmfactory.client.machine;

import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmIdentity;
import java.nio.file.Path;
import java.util.List;

/**
 * The description of a VM. It is sufficient for another process to operate the VM.
 *
 * @param who its process
 * @param leaseId the id of its lease; empty if it was booted directly
 * @param agents the sockets of its agent's ports
 * @param console the log of the guest's console
 * @param route the route by which it was made, as named in the API
 * @param reason why no better route was taken; empty if the first choice was taken
 * @param sizing its actual size
 * @param hostname the host name set in the guest
 * @param steps the duration of each step of its creation
 */
public record MachineFacts(
    VmIdentity who,
    String leaseId,
    List<Path> agents,
    Path console,
    String route,
    String reason,
    Sizing sizing,
    String hostname,
    List<Lap> steps) {
  public MachineFacts {
    agents = List.copyOf(agents);
    steps = List.copyOf(steps);
  }

  /** Returns whether it was booted directly, without the daemon. */
  public boolean direct() {
    return leaseId.isEmpty();
  }
}
