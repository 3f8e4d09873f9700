package io.vmfactory.vmm;

import java.nio.file.Path;

/**
 * Which process a VM is. Pid, start time and executable together cannot be confused with a later
 * process that was given the same pid.
 *
 * @param id the VM's id
 * @param pid process id
 * @param startTicks start time in clock ticks since boot: field 22 of /proc/PID/stat, see proc(5)
 * @param executable what /proc/PID/exe points to
 */
public record VmIdentity(VmId id, int pid, long startTicks, Path executable) {}
