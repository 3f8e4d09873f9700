package io.vmfactory.vmm;

import io.vmfactory.linux.ProcessIdentity;
import java.nio.file.Path;

/**
 * Which process a VM is, see {@link ProcessIdentity}.
 *
 * @param id the VM's id
 * @param pid process id
 * @param startTicks start time in clock ticks since boot
 * @param executable what /proc/PID/exe points to
 */
public record VmIdentity(VmId id, int pid, long startTicks, Path executable) {
  /** The VM of that name in that process. */
  public static VmIdentity of(VmId id, ProcessIdentity process) {
    return new VmIdentity(id, process.pid(), process.startTicks(), process.executable());
  }

  /** The process alone. */
  public ProcessIdentity process() {
    return new ProcessIdentity(pid, startTicks, executable);
  }

  /**
   * Whether the process that has this pid now is this one, and not a later one.
   *
   * @param processes where the kernel shows them, normally {@code /proc}
   */
  public boolean lives(Path processes) {
    return process().lives(processes);
  }
}
