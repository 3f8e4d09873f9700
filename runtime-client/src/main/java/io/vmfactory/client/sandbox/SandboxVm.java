package io.vmfactory.client.sandbox;

import io.vmfactory.configs.time.Laps.Lap;
import java.nio.file.Path;
import java.util.List;

/**
 * The VM of a sandbox.
 *
 * @param id its id
 * @param pid of its VMM on this host
 * @param origin where it came from
 * @param route how it was made: WARM, SHELL, TEMPLATE or COLD
 * @param reason why it is not of a better origin or route; empty = it is as wished
 * @param vcpus really there
 * @param memoryMib really there
 * @param console the guest's console log
 * @param steps how long each step took from the request until the sandbox was up, in order
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
    List<Lap> steps) {
  public SandboxVm {
    steps = List.copyOf(steps);
  }

  /** Where a VM came from. */
  public enum Origin {
    /** The factory leased it. */
    FACTORY,
    /** The runtime instance booted it itself. */
    DIRECT
  }
}
