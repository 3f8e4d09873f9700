package io.vmfactory.vmm.groups;

import io.vmfactory.vmm.groups.Hierarchy.Version;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A group in one tree.
 *
 * @param tree has the controllers
 * @param folder the group
 */
record GroupPlace(Hierarchy tree, Path folder) {
  /** What one vCPU counts; the kernel's default for a process or group. */
  private static final int SHARES = 1024;

  private static final String UNLIMITED = "max";
  private static final int WEIGHT = 100;
  private static final int MOST_WEIGHT = 10_000;
  private static final int MOST_SHARES = 262_144;

  void limit(GroupFiles files, GroupLimits limits) throws IOException {
    if (has(Controller.MEMORY)) {
      // With v1, the limit of memory is at no time higher than that of memory and swap.
      files.write(memory(), Long.toString(limits.memoryBytes()));
      limitSwap(files, limits.memoryBytes());
    }
    if (has(Controller.PIDS)) {
      files.write(folder.resolve("pids.max"), Integer.toString(limits.tasks()));
    }
    weigh(files, limits.vcpus());
  }

  /** Allows as much swap. A host that does not count swap has no setting for it. */
  private void limitSwap(GroupFiles files, long bytes) throws IOException {
    Path swap = folder.resolve(isV2() ? "memory.swap.max" : "memory.memsw.limit_in_bytes");
    if (files.exists(swap)) {
      files.write(swap, Long.toString(isV2() ? bytes : 2 * bytes)); // v1 counts memory in it
    }
  }

  private Path memory() {
    return folder.resolve(isV2() ? "memory.max" : "memory.limit_in_bytes");
  }

  /** Raises the limit of memory, if there is one. */
  void grow(GroupFiles files, long bytes) throws IOException {
    if (has(Controller.MEMORY)) {
      String now = files.read(memory()).strip();
      if (!now.equals(UNLIMITED)) {
        long more = Long.parseLong(now) + bytes;
        limitSwap(files, more);
        files.write(memory(), Long.toString(more));
      }
    }
  }

  /** Sets the share of the CPUs. Has no effect if the host does not let groups share them. */
  void weigh(GroupFiles files, int vcpus) throws IOException {
    Path setting = folder.resolve(isV2() ? "cpu.weight" : "cpu.shares");
    if (has(Controller.CPU) && files.exists(setting)) {
      int weight =
          isV2() ? Math.min(WEIGHT * vcpus, MOST_WEIGHT) : Math.min(SHARES * vcpus, MOST_SHARES);
      files.write(setting, Integer.toString(weight));
    }
  }

  void join(GroupFiles files, int pid) throws IOException {
    files.write(folder.resolve("cgroup.procs"), Integer.toString(pid));
  }

  private boolean has(Controller controller) {
    return tree.controllers().contains(controller);
  }

  private boolean isV2() {
    return tree.version() == Version.V2;
  }
}
