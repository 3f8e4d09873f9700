package io.vmfactory.client.machine;

import io.vmfactory.api.v1.Drive;
import io.vmfactory.api.v1.GetVmResponse;
import io.vmfactory.api.v1.Template;
import io.vmfactory.api.v1.Vm;
import io.vmfactory.client.FactoryException;
import io.vmfactory.client.LeaseCalls;
import io.vmfactory.client.LeaseKeeper;
import io.vmfactory.client.VmHandle;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.VmProcessTable;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A VM leased from the daemon, by this process, which renews the lease, or by another one. */
final class LeasedMachine implements Machine {
  private static final Logger LOG = LoggerFactory.getLogger(LeasedMachine.class);

  private final MachineFacts facts;
  private final LeaseCalls leases;
  private final VmProcessTable processes;
  private final Agents agents;
  private final @Nullable Runnable stopRenewing;
  private final @Nullable Template template;
  private final CompletableFuture<String> lost = new CompletableFuture<>();

  private LeasedMachine(
      MachineFacts facts,
      LeaseCalls leases,
      VmProcessTable processes,
      Agents agents,
      @Nullable Runnable stopRenewing,
      @Nullable Template template) {
    this.facts = facts;
    this.leases = leases;
    this.processes = processes;
    this.agents = agents;
    this.stopRenewing = stopRenewing;
    this.template = template;
  }

  /** Returns a VM that this process leased, and starts to renew its lease. */
  static LeasedMachine own(
      MachineFacts facts,
      LeaseCalls leases,
      VmProcessTable processes,
      Agents agents,
      VmHandle handle) {
    GetVmResponse granted = handle.granted();
    Template template = granted.hasTemplate() ? granted.getTemplate() : null;
    LeasedMachine machine =
        new LeasedMachine(facts, leases, processes, agents, handle::letGo, template);
    handle.keepAlive().whenComplete((closed, failure) -> machine.renewalEnded(failure));
    return machine;
  }

  /** Returns a VM that another process leased and whose lease this process renews from now on. */
  static LeasedMachine takenOver(
      MachineFacts facts,
      LeaseCalls leases,
      VmProcessTable processes,
      Agents agents,
      LeaseKeeper keeper) {
    LeasedMachine machine =
        new LeasedMachine(facts, leases, processes, agents, keeper::close, null);
    keeper.ended().whenComplete((closed, failure) -> machine.renewalEnded(failure));
    return machine;
  }

  /** Returns a VM that another process leased. */
  static LeasedMachine others(
      MachineFacts facts, LeaseCalls leases, VmProcessTable processes, Agents agents) {
    return new LeasedMachine(facts, leases, processes, agents, null, null);
  }

  private void renewalEnded(@Nullable Throwable failure) {
    if (failure != null) {
      lost.complete("its lease is gone: " + failure.getMessage());
    }
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
  public Optional<Template> template() {
    return Optional.ofNullable(template);
  }

  @Override
  public Sizing grow(Sizing wanted, Deadline deadline) {
    Vm grown = leases.grow(facts.leaseId(), wanted.vcpus(), wanted.memoryMib(), deadline);
    return new Sizing(grown.getVcpus(), grown.getMemoryMib());
  }

  @Override
  public AttachedDrive attach(Path file, DriveMode mode, Deadline deadline) {
    var wireMode = io.vmfactory.api.v1.DriveMode.valueOf(mode.name());
    Drive drive = leases.attachDrive(facts.leaseId(), file, wireMode, deadline).getDrive();
    return new AttachedDrive(drive.getId(), drive.getGuestDevice());
  }

  @Override
  public void detach(String driveId, Deadline deadline) {
    leases.detachDrive(facts.leaseId(), driveId, deadline);
  }

  @Override
  public AttachedNic attachNic(Path networkNamespace, String name, Deadline deadline) {
    return new AttachedNic(
        leases.attachNic(facts.leaseId(), networkNamespace, name, deadline).getGuestMac());
  }

  @Override
  public AttachedNic detachNic(Path networkNamespace, String name, Deadline deadline) {
    return new AttachedNic(
        leases.detachNic(facts.leaseId(), networkNamespace, name, deadline).getGuestMac());
  }

  @Override
  public CompletionStage<String> lost() {
    return lost.minimalCompletionStage();
  }

  @Override
  public void end(Deadline deadline) {
    close();
    try {
      leases.release(facts.leaseId(), deadline);
    } catch (FactoryException e) {
      switch (e.code()) {
        case NOT_FOUND -> {}
        case NOT_RUNNING, UNAVAILABLE -> endProcess(e, deadline);
        default -> throw e;
      }
    }
  }

  /**
   * Ends the VM's process while the daemon is down, if this user may. The next daemon removes the
   * rest.
   */
  private void endProcess(FactoryException why, Deadline deadline) {
    if (!facts.who().process().isSeen()) {
      LOG.warn(
          "VM {} belongs to another user's daemon, which is down; the next one ends it with its"
              + " lease: {}",
          facts.who().id(),
          why.getMessage());
      return;
    }
    LOG.warn("Ending VM {} without the daemon: {}", facts.who().id(), why.getMessage());
    processes.end(facts.who(), deadline);
  }

  /** Stops renewing the lease. */
  @Override
  public void close() {
    if (stopRenewing != null) {
      stopRenewing.run();
    }
  }
}
