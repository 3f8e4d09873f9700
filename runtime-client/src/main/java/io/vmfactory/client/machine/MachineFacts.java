package io.vmfactory.client.machine;

import io.vmfactory.configs.time.Laps.Lap;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmIdentity;
import java.nio.file.Path;
import java.util.List;

/**
 * What a machine is: enough for another process to operate it.
 *
 * @param who which process it is
 * @param leaseId under which the factory has it; empty = a process booted it directly
 * @param agents sockets of its agent's ports
 * @param console the guest's console log
 * @param route how it was made: a word of the wire
 * @param reason why it is not of a better kind; empty = it is as wished
 * @param sizing what it really has
 * @param hostname as set in the guest
 * @param steps how long the steps of its making took
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

  /** Whether a process booted it itself. */
  public boolean direct() {
    return leaseId.isEmpty();
  }
}
