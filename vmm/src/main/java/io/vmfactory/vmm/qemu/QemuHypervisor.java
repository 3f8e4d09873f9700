package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.ErrorText;
import io.vmfactory.configs.host.Ownership;
import io.vmfactory.configs.time.Deadline;
import io.vmfactory.linux.Processes;
import io.vmfactory.linux.StreamSockets;
import io.vmfactory.vmm.Capability;
import io.vmfactory.vmm.GuestRam;
import io.vmfactory.vmm.Hypervisor;
import io.vmfactory.vmm.HypervisorInfo;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.RamChanges;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmPhase;
import io.vmfactory.vmm.VmSpec;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.VmmException.Reason;
import io.vmfactory.vmm.groups.ControlGroups;
import io.vmfactory.vmm.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * QEMU as the hypervisor. Closing it ends supervision only; the VMs that it started continue to
 * run.
 */
public final class QemuHypervisor implements Hypervisor, AutoCloseable {
  private final HypervisorInfo info;
  private final Confinement confinement;
  private final Processes processes;
  private final StreamSockets sockets = new StreamSockets();
  private final QmpClient monitors = new QmpClient(sockets);

  /** Makes a hypervisor whose QEMUs run like this process. */
  public QemuHypervisor(HypervisorInfo info) {
    this(info, new Confinement(null, null));
  }

  QemuHypervisor(HypervisorInfo info, Jail jail) {
    this(info, new Confinement(jail, null));
  }

  QemuHypervisor(HypervisorInfo info, Confinement confinement) {
    this.info = info;
    this.confinement = confinement;
    this.processes = VmmException.translate(Processes::new);
  }

  /**
   * Finds and probes QEMU on this host, for the daemon that holds {@code runDir}. Each VM gets a
   * control group, if the configuration and the host allow it. Groups that earlier daemons left are
   * removed.
   *
   * @throws VmmException with reason {@code UNUSABLE}; names what is missing
   */
  public static QemuHypervisor open(HostCheck host, Path runDir) {
    return open(host, runDir, vm -> true);
  }

  /**
   * Finds and probes QEMU on this host, for one of the processes that share a folder.
   *
   * @param folder gives the group of all their VMs its name
   * @param gone whether the VM with that id has ended, so that its group can be removed
   * @throws VmmException with reason {@code UNUSABLE}; names what is missing
   */
  public static QemuHypervisor open(HostCheck host, Path folder, Predicate<String> gone) {
    JailCheck.Found jail = host.jail();
    Protected<ControlGroups> groups = host.groups(ControlGroups.name(folder));
    List<Capability> found = new ArrayList<>(jail.capabilities());
    found.add(groups.found());
    HypervisorInfo info = host.hypervisor().with(found);
    if (groups.value() != null) {
      groups.value().sweep(gone);
    }
    return new QemuHypervisor(
        info, new Confinement(jail.jail(), groups.value(), host.driveBounds()));
  }

  @Override
  public HypervisorInfo info() {
    return info;
  }

  @Override
  public Vm boot(Launch launch, Deadline deadline) {
    VmSpec.Kernel kernel = launch.spec().kernel();
    requireReadable("kernel", kernel.image());
    requireReadable("initrd", kernel.initrd());
    List<String> arguments = QemuCommandLine.boot(launch);
    var started = VmmException.translate(() -> start().boot(launch, arguments, deadline));
    return new QemuVm(QemuVm.Subject.of(launch), started, VmPhase.RUNNING);
  }

  @Override
  public Vm prepare(Launch launch, Deadline deadline) {
    QemuVm vm = incoming(launch, Optional.empty(), deadline);
    if (changes(launch) != RamChanges.NONE) {
      try {
        vm.change(changes(launch), deadline);
      } catch (RuntimeException e) {
        vm.kill();
        throw e;
      }
    }
    return vm;
  }

  private static RamChanges changes(Launch launch) {
    return launch.ram() instanceof GuestRam.CopyOnWrite clone ? clone.changes() : RamChanges.NONE;
  }

  @Override
  public Vm restore(Launch launch, byte[] deviceState, Runnable answered, Deadline deadline) {
    if (changes(launch) != RamChanges.NONE) {
      return Hypervisor.super.restore(launch, deviceState, answered, deadline);
    }
    QemuVm vm = incoming(launch, Optional.of(deviceState), deadline);
    answered.run();
    try {
      vm.awaitLoaded(deadline);
    } catch (RuntimeException e) {
      vm.kill();
      throw e;
    }
    return vm;
  }

  private QemuVm incoming(Launch launch, Optional<byte[]> state, Deadline deadline) {
    List<String> arguments = QemuCommandLine.prepare(launch);
    var started =
        VmmException.translate(() -> start().incoming(launch, arguments, state, deadline));
    started.events().agentPort().complete(null);
    return new QemuVm(QemuVm.Subject.of(launch), started, VmPhase.INCOMING);
  }

  @Override
  public Vm adopt(Survivor survivor, Deadline deadline) {
    return VmmException.translate(() -> adoption(survivor).adopt(deadline));
  }

  @Override
  public Vm hold(Survivor survivor) {
    return VmmException.translate(() -> adoption(survivor).hold());
  }

  private QemuAdoption adoption(Survivor survivor) {
    return new QemuAdoption(survivor, confinement, processes, monitors);
  }

  private QemuStart start() {
    return new QemuStart(info.program(), confinement, processes, monitors);
  }

  private static void requireReadable(String what, Path file) {
    if (!Files.isReadable(file) || !Files.isRegularFile(file)) {
      throw new VmmException(
          Reason.INVALID,
          "%s %s is missing or not readable: run ./dev guest, or set %s under [hypervisor.qemu]"
              .formatted(what, file, what));
    }
    try {
      Ownership.requireInstalled(file);
    } catch (IOException e) {
      throw new VmmException(
          Reason.INVALID, "cannot use the %s: %s".formatted(what, ErrorText.of(e)), e);
    }
  }

  @Override
  public void close() {
    sockets.close();
    processes.close();
    if (confinement.groups() != null) {
      confinement.groups().removeIfUnused();
    }
  }
}
