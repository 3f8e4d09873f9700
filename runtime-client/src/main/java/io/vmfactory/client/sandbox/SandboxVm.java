package io.vmfactory.client.sandbox;

import io.vmfactory.configs.time.Laps.Lap;
import java.nio.file.Path;
import java.util.List;

/**
 * The VM of a sandbox.
 *
 * @param id the id of the VM
 * @param pid the pid of its VMM on this host
 * @param origin the source of the VM
 * @param route the route by which it was made: WARM, SHELL, TEMPLATE, COLD or FORK
 * @param reason why no better origin or route was taken; empty if the first choice was taken
 * @param vcpus the actual number of vCPUs
 * @param memoryMib the actual memory in MiB
 * @param console the log of the guest's console
 * @param agentPorts the sockets of its agent's ports
 * @param steps the duration of each step from the request until the sandbox was running, in order
 */
public record SandboxVm(
    String id,
    int pid,
    Origin origin,
    String route,
    String reason,
    int vcpus,
    int memoryMib,
    Path console,
    List<Path> agentPorts,
    List<Lap> steps) {
  public SandboxVm {
    agentPorts = List.copyOf(agentPorts);
    steps = List.copyOf(steps);
  }

  /** The source of a VM. */
  public enum Origin {
    /** Leased from the daemon. */
    FACTORY,
    /** Booted directly by the runtime. */
    DIRECT
  }
}
