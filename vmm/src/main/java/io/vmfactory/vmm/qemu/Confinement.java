package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.QemuConfig.DriveLimits;
import io.vmfactory.linux.HostProcess;
import io.vmfactory.linux.Processes;
import io.vmfactory.linux.Program;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.groups.ControlGroup;
import io.vmfactory.vmm.groups.ControlGroups;
import io.vmfactory.vmm.groups.GroupLimits;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What keeps a QEMU apart: what it can reach, and what it can take.
 *
 * @param jail where QEMU runs; null = like this process
 * @param groups bounds what QEMU takes of the host; null = it is in the group of this process
 * @param drives bounds what its drives take
 */
record Confinement(@Nullable Jail jail, @Nullable ControlGroups groups, DriveBounds drives) {
  private static final Duration END = Duration.ofSeconds(30);

  /** Makes a confinement without limits for drives. */
  Confinement(@Nullable Jail jail, @Nullable ControlGroups groups) {
    this(jail, groups, DriveBounds.of(DriveLimits.NONE));
  }

  /** Starts a VM's QEMU. A failure leaves nothing. */
  QemuProcess start(Program qemu, Launch launch, Processes processes) {
    ControlGroup group =
        groups == null ? ControlGroup.none() : groups.create(launch.id(), GroupLimits.of(launch));
    try {
      HostProcess process =
          jail == null
              ? free(qemu, group, processes)
              : jailed(jail, qemu, launch, group, processes);
      return new QemuProcess(process, qemu.output(), new Bounds(group, drives, launch.id()));
    } catch (RuntimeException e) {
      group.remove();
      throw e;
    }
  }

  private static HostProcess jailed(
      Jail jail, Program qemu, Launch launch, ControlGroup group, Processes processes) {
    JailUsers.User user = jail.users().take();
    try {
      Program launcher = jail.around(qemu, launch, user, group.folders());
      HostProcess process = processes.startThrough(launcher);
      process.exited().thenRun(() -> jail.users().giveBack(user.uid()));
      return process;
    } catch (RuntimeException e) {
      jail.users().giveBack(user.uid());
      throw e;
    }
  }

  private static HostProcess free(Program qemu, ControlGroup group, Processes processes) {
    HostProcess process = processes.start(qemu);
    try {
      group.join(process.pid());
      return process;
    } catch (RuntimeException e) {
      process.end(END);
      throw e;
    }
  }

  /** Returns the QEMU of an earlier daemon. It keeps its user and its group. */
  QemuProcess adopt(HostProcess held, Survivor survivor) {
    if (jail != null) {
      jail.users().keep(held);
    }
    Path process = Path.of("/proc", Integer.toString(held.pid()));
    VmId vm = survivor.identity().id();
    Bounds bounds = new Bounds(ControlGroup.of(vm, process), drives, vm);
    return new QemuProcess(held, survivor.folder().vmmLog(), bounds);
  }
}
