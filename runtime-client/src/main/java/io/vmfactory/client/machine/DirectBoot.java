package io.vmfactory.client.machine;

import io.vmfactory.api.v1.Route;
import io.vmfactory.configs.QemuConfig;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.configs.time.Laps;
import io.vmfactory.configs.time.WallClock;
import io.vmfactory.guest.GuestAgent;
import io.vmfactory.guest.SpecFactory;
import io.vmfactory.guest.Uniqueness;
import io.vmfactory.vmm.ConsoleTail;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Sizing;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmFolder;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.qemu.HostCheck;
import io.vmfactory.vmm.qemu.QemuHypervisor;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Boots VMs for this process without the daemon. Looks for QEMU at the first boot. */
final class DirectBoot implements AutoCloseable {
  private final QemuConfig config;
  private final Path sandboxes;
  private final Agents agents;
  private @Nullable QemuHypervisor hypervisor;

  /**
   * @param sandboxes the folder of the sandboxes, where the result of the KVM test is kept too
   */
  DirectBoot(QemuConfig config, Path sandboxes, Agents agents) {
    this.config = config;
    this.sandboxes = sandboxes;
    this.agents = agents;
  }

  /**
   * Boots a VM and makes it unique: its names, clock and random numbers are its own.
   *
   * @param place the directories to create; removed again if this throws
   * @param reason why it is booted directly; empty if that was requested
   */
  Machine boot(DirectVmFolders place, MachineRequest wanted, String reason, Deadline deadline) {
    place.make();
    try {
      return booted(place, wanted, reason, deadline);
    } catch (RuntimeException | Error e) {
      place.remove();
      throw e;
    }
  }

  /** Takes over a VM that a process booted which has ended. */
  Machine takeOver(DirectVmFolders place, MachineFacts facts, Deadline deadline) {
    QemuHypervisor qemu = hypervisor();
    VmSpec spec = SpecFactory.of(config, qemu.info()).withBoot(facts.sizing());
    Survivor survivor = new Survivor(facts.who(), spec, place.folder());
    return new DirectMachine(facts, qemu.adopt(survivor, deadline), place, agents);
  }

  private Machine booted(
      DirectVmFolders place, MachineRequest wanted, String reason, Deadline deadline) {
    Laps laps = new Laps();
    QemuHypervisor qemu = hypervisor();
    VmFolder folder = place.folder();
    VmSpec spec = spec(qemu, wanted);
    Vm vm = qemu.boot(new Launch(place.vm(), spec, folder, new GuestRam.Anonymous()), deadline);
    laps.lap("spawn");
    String hostname =
        wanted.hostname().isEmpty() ? "vm-" + place.vm().shortened() : wanted.hostname();
    try {
      deadline.await(vm.signals().agentPort(), "the guest to start");
      laps.lap("boot");
      passGate(place, hostname, deadline);
      laps.lap("unique");
    } catch (RuntimeException e) {
      RuntimeException detailed = explained(folder, e);
      vm.kill();
      throw detailed;
    }
    return new DirectMachine(
        new MachineFacts(
            vm.identity(),
            "",
            folder.agentSockets(),
            folder.consoleLog(),
            Route.COLD.name(),
            reason,
            spec.boot(),
            hostname,
            laps.all()),
        vm,
        place,
        agents);
  }

  private void passGate(DirectVmFolders place, String hostname, Deadline deadline) {
    try (GuestAgent agent = agents.greet(place.folder().agentSockets(), deadline)) {
      agent.makeUnique(Uniqueness.fresh(WallClock.system(), hostname, place.vm()), deadline);
    }
  }

  /**
   * Adds the guest's console to a failure: a guest that panics ends its VMM with code 0 and no
   * message.
   */
  private static RuntimeException explained(VmFolder folder, RuntimeException e) {
    return e instanceof VmmException vmm && vmm.reason() == Reason.DIED
        ? new VmmException(Reason.DIED, e.getMessage() + ConsoleTail.of(folder), e)
        : e;
  }

  private VmSpec spec(QemuHypervisor qemu, MachineRequest wanted) {
    VmSpec configured = SpecFactory.of(config, qemu.info());
    Sizing usual = configured.boot();
    return configured.withBoot(
        new Sizing(
            wanted.vcpus() == 0 ? usual.vcpus() : wanted.vcpus(),
            wanted.memoryMib() == 0 ? usual.memoryMib() : wanted.memoryMib()));
  }

  private synchronized QemuHypervisor hypervisor() {
    if (hypervisor == null) {
      HostCheck host = new HostCheck(config, sandboxes.resolve(".host-check"));
      hypervisor = QemuHypervisor.open(host, sandboxes, this::isGone);
    }
    return hypervisor;
  }

  /** A VM has its folder before its group, whichever process boots it. */
  private boolean isGone(String vm) {
    return !VmId.isOne(vm) || !Files.exists(DirectVmFolders.path(sandboxes, new VmId(vm)));
  }

  @Override
  public synchronized void close() {
    if (hypervisor != null) {
      hypervisor.close();
    }
  }
}
