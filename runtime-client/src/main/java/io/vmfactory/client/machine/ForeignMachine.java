package io.vmfactory.client.machine;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmProcessTable;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A VM that another process booted. This process can reach its agent but not its monitor. */
final class ForeignMachine implements Machine {
  private final MachineFacts facts;
  private final DirectVmFolders place;
  private final VmProcessTable processes;
  private final Agents agents;

  ForeignMachine(
      MachineFacts facts, DirectVmFolders place, VmProcessTable processes, Agents agents) {
    this.facts = facts;
    this.place = place;
    this.processes = processes;
    this.agents = agents;
  }

  @Override
  public MachineFacts facts() {
    return facts;
  }

  @Override
  public GuestAgent agent(Deadline deadline) {
    return agents.greet(facts.agents(), deadline);
  }

  @Override
  public Sizing grow(Sizing wanted, Deadline deadline) {
    throw notOurs();
  }

  @Override
  public AttachedDrive attach(Path file, DriveMode mode, Deadline deadline) {
    throw notOurs();
  }

  @Override
  public void detach(String driveId, Deadline deadline) {
    throw notOurs();
  }

  @Override
  public AttachedNic attachNic(Path networkNamespace, String name, Deadline deadline) {
    throw notOurs();
  }

  @Override
  public AttachedNic detachNic(Path networkNamespace, String name, Deadline deadline) {
    throw notOurs();
  }

  private static VmmException notOurs() {
    return new VmmException(
        Reason.ILLEGAL_PHASE,
        "the VM was booted directly, so only the process that booted it can change its size, drives"
            + " and NICs; do it there, or take VMs from the daemon"
            + " (runtime.enable_template)");
  }

  @Override
  public CompletionStage<String> lost() {
    return new CompletableFuture<String>().minimalCompletionStage();
  }

  @Override
  public void end(Deadline deadline) {
    place.clear(processes, facts.who(), deadline);
  }

  @Override
  public void close() {}
}
