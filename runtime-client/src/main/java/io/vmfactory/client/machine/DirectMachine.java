package io.vmfactory.client.machine;

import io.vmfactory.configs.time.Deadline;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.linux.FileRights;
import io.vmfactory.linux.NetworkNamespace;
import io.vmfactory.linux.OsException;
import io.vmfactory.vmm.DriveImage;
import io.vmfactory.vmm.DriveMode;
import io.vmfactory.vmm.DrivePlace;
import io.vmfactory.vmm.NicPlace;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmmException;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

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
  public Sizing grow(Sizing wanted, Deadline deadline) {
    Sizing now = vm.grow(wanted, deadline);
    try (GuestAgent agent = agent(deadline)) {
      agent.online(now.vcpus(), deadline);
    }
    return now;
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
  public AttachedNic attachNic(Path networkNamespace, String name, Deadline deadline) {
    return nic(networkNamespace, target -> vm.nics().attach(target, name, deadline));
  }

  @Override
  public AttachedNic detachNic(Path networkNamespace, String name, Deadline deadline) {
    return nic(networkNamespace, from -> vm.nics().detach(from, name, deadline));
  }

  private static AttachedNic nic(Path path, Function<NetworkNamespace, NicPlace> step) {
    try (NetworkNamespace namespace = NetworkNamespace.open(path, FileRights.OWN)) {
      return new AttachedNic(step.apply(namespace).guestMac());
    } catch (OsException e) {
      throw VmmException.of(e);
    }
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
