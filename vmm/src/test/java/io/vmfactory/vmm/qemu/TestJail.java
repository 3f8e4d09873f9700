package io.vmfactory.vmm.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.vmfactory.configs.host.OwnUser;
import io.vmfactory.vmm.Vm;
import io.vmfactory.vmm.VmIdentity;
import io.vmfactory.vmm.VmmException;
import io.vmfactory.vmm.groups.ControlGroup;
import io.vmfactory.vmm.groups.ControlGroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The jail that tests with a real QEMU run their VMs in. */
final class TestJail {
  private static final Path CONTROL_GROUPS = Path.of("/sys/fs/cgroup");

  static final Path LAUNCHER =
      Path.of(System.getProperty("vmfactory.top"), "dist", "bin", "vmfactory-jailer");

  private TestJail() {}

  /**
   * Returns the jail, with control groups where this host lets this user have some. Remove them by
   * {@link #removeGroups}.
   *
   * @param name the name of the daemon that the test plays
   */
  static Confinement confinement(String name) {
    return new Confinement(make(), groups(name));
  }

  /** Returns the groups of a daemon; null = this host lets this user have none. */
  static @Nullable ControlGroups groups(String name) {
    try {
      return ControlGroups.open("", name);
    } catch (VmmException e) {
      assertThat(e.reason()).isEqualTo(VmmException.Reason.UNUSABLE);
      assertThat(OwnUser.isRoot() && Files.isWritable(CONTROL_GROUPS)).isFalse();
      return null;
    }
  }

  /** Removes the groups of a daemon whose VMs have ended. */
  static void removeGroups(String name) {
    ControlGroups groups = groups(name);
    if (groups != null) {
      groups.sweep(vm -> true);
      groups.remove();
      assertThat(groups.folders()).noneMatch(Files::exists);
    }
  }

  /** Returns the limit of a VM's memory in bytes; none if this host has no groups for this user. */
  static List<Long> memoryLimits(Vm vm) throws IOException {
    VmIdentity who = vm.identity();
    List<Long> limits = new ArrayList<>();
    for (Path folder : ControlGroup.of(who.id(), Path.of("/proc/" + who.pid())).folders()) {
      for (String name : List.of("memory.max", "memory.limit_in_bytes")) {
        if (Files.exists(folder.resolve(name))) {
          limits.add(Long.parseLong(Files.readString(folder.resolve(name)).strip()));
        }
      }
    }
    return limits;
  }

  static Jail make() {
    return make(true);
  }

  static Jail make(boolean fewCalls) {
    return new Jail(
        LAUNCHER,
        OwnUser.isRoot()
            ? JailUsers.range(1_879_048_192L, 1 << 16, List.of())
            : JailUsers.namespace(OwnUser.uid(), OwnUser.gid()),
        fewCalls);
  }
}
