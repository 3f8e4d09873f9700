package io.vmfactory.client.machine;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.vmm.DriveImage;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.DrivePlace;
import io.vmfactory.vmm.Vm;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;

/** A VM that this process booted and controls through its monitor. */
final class DirectMachine implements Machine {
  private final MachineFacts facts;
  private final Vm vm;
  private final DirectVmFolders place;
  private final Agents agents;

  DirectMachine(MachineFacts facts, Vm vm, DirectVmFolders place, Agents agents) {
    this.facts = facts;
    this.vm = vm;
    this.place = place;
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
  public AttachedDrive attach(Path file, DriveMode mode, Deadline deadline) {
    DriveImage image = new DriveImage(file, mode, place.overlays());
    DrivePlace drive = vm.drives().attach(image, deadline);
    return new AttachedDrive(drive.id(), drive.guestDevice());
  }

  @Override
  public void detach(String driveId, Deadline deadline) {
    vm.drives().detach(driveId, deadline);
  }

  @Override
  public CompletionStage<String> lost() {
    return vm.signals().exited().thenApply(exit -> "its process ended: " + exit);
  }

  @Override
  public void end(Deadline deadline) {
    vm.kill();
    place.remove();
  }

  @Override
  public void close() {}
}
