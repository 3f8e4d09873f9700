package io.vmfactory.vmm.qemu;

import io.vmfactory.linux.HostProcess;
import io.vmfactory.linux.Processes;
import io.vmfactory.linux.Program;
import io.vmfactory.vmm.Launch;
import io.vmfactory.vmm.Survivor;
import io.vmfactory.vmm.groups.ControlGroup;
import io.vmfactory.vmm.groups.ControlGroups;
import io.vmfactory.vmm.groups.GroupLimits;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What keeps a QEMU apart: what it can reach, and what it can take.
 *
 * @param jail where QEMU runs; null = like this process
 * @param groups bounds what QEMU takes of the host; null = it is in the group of this process
 */
record Confinement(@Nullable Jail jail, @Nullable ControlGroups groups) {
  /** QEMU runs like this process. */
  static final Confinement NONE = new Confinement(null, null);

  /** Starts a VM's QEMU. A failure leaves nothing. */
  QemuProcess start(Program qemu, Launch launch, Processes processes) {
    ControlGroup group =
        groups == null ? ControlGroup.none() : groups.create(launch.id(), GroupLimits.of(launch));
    try {
      HostProcess process =
          jail == null
              ? free(qemu, group, processes)
              : jailed(jail, qemu, launch, group, processes);
      return new QemuProcess(process, qemu.output(), group);
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
      new QemuProcess(process, qemu.output(), group).end();
      throw e;
    }
  }

  /** Returns the QEMU of an earlier daemon. It keeps its user and its group. */
  QemuProcess adopt(HostProcess held, Survivor survivor) {
    if (jail != null) {
      jail.users().keep(held);
    }
    Path process = Path.of("/proc", Integer.toString(held.pid()));
    ControlGroup group = ControlGroup.of(survivor.identity().id(), process);
    return new QemuProcess(held, survivor.folder().vmmLog(), group);
  }
}
