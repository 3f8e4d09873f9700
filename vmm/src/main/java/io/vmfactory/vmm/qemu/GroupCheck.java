package io.vmfactory.vmm.qemu;

import io.vmfactory.configs.QemuConfig.Groups;
import io.vmfactory.configs.QemuConfig.Isolation.Mode;
import io.vmfactory.linux.OsException;
import io.vmfactory.vmm.Capability;
import io.vmfactory.vmm.VmId;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.groups.ControlGroup;
import io.vmfactory.vmm.groups.ControlGroups;
import io.vmfactory.vmm.groups.GroupLimits;
import java.nio.file.Path;
import java.util.stream.Collectors;

/**
 * Finds out whether QEMU can have a control group on this host, by running it in one.
 *
 * @param config what the configuration wants
 */
record GroupCheck(Groups config) {
  private static final GroupLimits TRIAL = new GroupLimits(1 << 30, 100, 1);
  private static final String KEY = "control_groups";

  /**
   * Returns the groups of the daemon with that name, if the host allows them.
   *
   * @throws VmmException with reason {@code UNUSABLE} when they are required and cannot be made
   */
  Protected<ControlGroups> groups(String daemon, Trials trials) {
    return Protected.of(
        KEY,
        config.mode(),
        capability(daemon, trials),
        () -> ControlGroups.open(config.parent(), daemon));
  }

  /** Says whether control groups work, and why not. Leaves none. */
  Capability check(Trials trials) {
    String name = "vmfactory-check-" + ProcessHandle.current().pid();
    Capability answer = capability(name, trials);
    if (answer.usable()) {
      ControlGroups.open(config.parent(), name).remove();
    }
    return answer;
  }

  private Capability capability(String daemon, Trials trials) {
    if (config.mode() == Mode.NONE) {
      return Capability.no(KEY, "switched off: control_groups = \"none\"");
    }
    try {
      ControlGroups groups = ControlGroups.open(config.parent(), daemon);
      ControlGroup trial = groups.create(VmId.random(), TRIAL);
      try {
        trials.grouped(trial);
      } finally {
        trial.remove();
      }
      return Capability.yes(KEY, "each VM has a group of its own below " + places(groups));
    } catch (OsException | VmmException e) {
      return Capability.no(KEY, String.valueOf(e.getMessage()));
    }
  }

  private static String places(ControlGroups groups) {
    return groups.folders().stream().map(Path::toString).collect(Collectors.joining(", "));
  }
}
