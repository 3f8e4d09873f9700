package io.vmfactory.vmm;

import io.vmfactory.linux.ProcessIdentity;
import java.nio.file.Path;

/**
 * The process of a VM, see {@link ProcessIdentity}.
 *
 * @param id the VM's id
 * @param pid process id
 * @param startTicks start time in clock ticks since boot
 * @param executable what /proc/PID/exe points to
 */
public record VmIdentity(VmId id, int pid, long startTicks, Path executable) {
  /** Returns the identity of VM {@code id} in {@code process}. */
  public static VmIdentity of(VmId id, ProcessIdentity process) {
    return new VmIdentity(id, process.pid(), process.startTicks(), process.executable());
  }

  /** Returns the identity of the process without the VM's id. */
  public ProcessIdentity process() {
    return new ProcessIdentity(pid, startTicks, executable);
  }

  /**
   * Returns whether this process still runs; false if a later process has its pid.
   *
   * @param processes the kernel's folder of processes, normally {@code /proc}
   */
  public boolean lives(Path processes) {
    return process().lives(processes);
  }
}
